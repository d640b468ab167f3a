package org.nsm4j.linux.net;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.ffi.Sockets;
import org.nsm4j.linux.netlink.Attributes;
import org.nsm4j.linux.netlink.MalformedMessage;
import org.nsm4j.linux.netlink.Message;
import org.nsm4j.linux.netlink.Request;

/** Addresses as messages: {@code struct ifaddrmsg} and {@code IFA_*}. */
final class AddressMessages {
    private static final int ADDRESS = 1;
    private static final int LOCAL = 2;
    private static final int FLAGS = 8;
    private static final int TARGET_NETNSID = 10;
    private static final int NODAD = 0x02;
    private static final int DAD_FAILED = 0x08;
    private static final int TENTATIVE = 0x40;

    private AddressMessages() {}

    static Request add(Address address) {
        return request("add", Rtnetlink.NEWADDR, Request.NLM_F_CREATE | Request.NLM_F_EXCL, address);
    }

    static Request delete(Address address) {
        return request("delete", Rtnetlink.DELADDR, 0, address);
    }

    private static Request request(String verb, int type, int flags, Address address) {
        return new Request(() -> verb + " address " + address + " on link " + address.link(), type, flags, out -> {
            Prefix prefix = address.prefix();
            boolean skipDetection = address.usable() && !prefix.isIpv4();
            out.u8(prefix.family()).u8(prefix.length());
            out.u8(skipDetection ? NODAD : 0).u8(address.scope().number()).i32(address.link());
            InetAddress peer = address.peer();
            out.address(LOCAL, prefix.address());
            out.address(ADDRESS, peer == null ? prefix.address() : peer);
        });
    }

    static Request all() {
        return new Request(
                () -> "list addresses",
                Rtnetlink.GETADDR,
                0,
                out -> out.u8(0).u8(0).u8(0).u8(0).i32(0));
    }

    static Request allIn(int nsid) {
        return new Request(
                () -> "list addresses of the namespace with nsid " + nsid,
                Rtnetlink.GETADDR,
                0,
                out -> out.u8(0).u8(0).u8(0).u8(0).i32(0).i32(TARGET_NETNSID, nsid));
    }

    static @Nullable Address parse(Message message) {
        if (message.type() != Rtnetlink.NEWADDR && message.type() != Rtnetlink.DELADDR) {
            return null;
        }
        Attributes attributes = message.attributes(Rtnetlink.ADDRESS_SIZE);
        int family = message.payload().get(0);
        if (family != Sockets.AF_INET && family != Sockets.AF_INET6) {
            return null;
        }
        // IPv6 gives the address alone unless there is a peer; then, as always in IPv4, LOCAL is the link's own.
        InetAddress other = attributes.address(ADDRESS);
        InetAddress own = attributes.has(LOCAL) ? attributes.address(LOCAL) : other;
        if (own == null) {
            throw new MalformedMessage("address message without an address");
        }
        int length = Byte.toUnsignedInt(message.payload().get(1));
        int flags = attributes.i32(FLAGS, Byte.toUnsignedInt(message.payload().get(2)));
        return new Address(
                message.payload().getInt(4),
                new Prefix(own, length),
                other == null || other.equals(own) ? null : other,
                Scope.of(Byte.toUnsignedInt(message.payload().get(3))),
                (flags & (TENTATIVE | DAD_FAILED)) == 0);
    }
}
