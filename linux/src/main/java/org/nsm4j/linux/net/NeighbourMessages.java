package org.nsm4j.linux.net;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.ffi.Sockets;
import org.nsm4j.linux.netlink.Attributes;
import org.nsm4j.linux.netlink.Message;
import org.nsm4j.linux.netlink.Request;

/** Neighbours as messages: {@code struct ndmsg} and {@code NDA_*}. */
final class NeighbourMessages {
    private static final int ADDRESS = 1;
    private static final int MAC = 2;
    private static final int PERMANENT = 0x80;
    private static final int REACHABLE = 0x02;

    private NeighbourMessages() {}

    static Request set(Neighbour neighbour) {
        return request("set", Rtnetlink.NEWNEIGH, Request.NLM_F_CREATE | Request.NLM_F_REPLACE, neighbour);
    }

    static Request delete(Neighbour neighbour) {
        return request("delete", Rtnetlink.DELNEIGH, 0, neighbour);
    }

    private static Request request(String verb, int type, int flags, Neighbour neighbour) {
        String on = " on link " + neighbour.link();
        return new Request(() -> verb + " neighbour " + neighbour + on, type, flags, out -> {
            out.u8(Prefix.family(neighbour.address())).u8(0).u16(0).i32(neighbour.link());
            out.u16(neighbour.permanent() ? PERMANENT : REACHABLE).u8(0).u8(0);
            out.address(ADDRESS, neighbour.address());
            Mac mac = neighbour.mac();
            if (mac != null) {
                out.bytes(MAC, mac.bytes());
            }
        });
    }

    static Request all() {
        return new Request(
                () -> "list neighbours",
                Rtnetlink.GETNEIGH,
                0,
                out -> out.u8(0).u8(0).u16(0).i32(0).u16(0).u8(0).u8(0));
    }

    static @Nullable Neighbour parse(Message message) {
        if (message.type() != Rtnetlink.NEWNEIGH && message.type() != Rtnetlink.DELNEIGH) {
            return null;
        }
        Attributes in = message.attributes(Rtnetlink.NEIGHBOUR_SIZE);
        int family = message.payload().get(0);
        InetAddress address = in.address(ADDRESS);
        if (address == null || (family != Sockets.AF_INET && family != Sockets.AF_INET6)) {
            return null;
        }
        byte[] mac = in.bytes(MAC);
        return new Neighbour(
                message.payload().getInt(4),
                address,
                mac != null && mac.length == 6 ? Mac.of(mac) : null,
                (message.payload().getShort(8) & PERMANENT) != 0);
    }
}
