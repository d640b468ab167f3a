package org.nsm4j.linux.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.ffi.Sockets;
import org.nsm4j.linux.netlink.Attributes;
import org.nsm4j.linux.netlink.MalformedMessage;
import org.nsm4j.linux.netlink.Message;
import org.nsm4j.linux.netlink.MessageWriter;
import org.nsm4j.linux.netlink.Request;

/** Routes as messages: {@code struct rtmsg} and {@code RTA_*}. */
final class RouteMessages {
    private static final int DESTINATION = 1;
    private static final int LINK = 4;
    private static final int GATEWAY = 5;
    private static final int METRIC = 6;
    private static final int SOURCE = 7;
    private static final int TABLE = 15;
    private static final int VIA = 18;
    private static final int ONLINK = 4;
    private static final int CLONED = 0x200;

    private RouteMessages() {}

    static Request add(Route route) {
        return request("add", Rtnetlink.NEWROUTE, Request.NLM_F_CREATE | Request.NLM_F_EXCL, route);
    }

    static Request replace(Route route) {
        return request("replace", Rtnetlink.NEWROUTE, Request.NLM_F_CREATE | Request.NLM_F_REPLACE, route);
    }

    static Request delete(Route route) {
        return request("delete", Rtnetlink.DELROUTE, 0, route);
    }

    private static Request request(String verb, int type, int flags, Route route) {
        return new Request(() -> verb + " route " + route, type, flags, out -> {
            Prefix destination = route.destination();
            Route.Choice choice = route.choice();
            out.u8(destination.family()).u8(destination.length()).u8(0).u8(0);
            out.u8(choice.table() < 256 ? choice.table() : 0).u8(choice.protocol());
            out.u8(scope(route, type == Rtnetlink.DELROUTE)).u8(route.type().number());
            out.i32(choice.onlink() ? ONLINK : 0);
            out.i32(TABLE, choice.table());
            if (destination.length() > 0) {
                out.address(DESTINATION, destination.address());
            }
            if (route.link() != 0) {
                out.i32(LINK, route.link());
            }
            if (choice.metric() != 0) {
                out.i32(METRIC, choice.metric());
            }
            InetAddress source = choice.source();
            if (source != null) {
                out.address(SOURCE, source);
            }
            InetAddress gateway = route.gateway();
            if (gateway != null) {
                gateway(out, destination.family(), gateway);
            }
        });
    }

    /** A next hop of the other family goes into {@code RTA_VIA}: its family, then the bytes. */
    private static void gateway(MessageWriter out, int family, InetAddress gateway) {
        if (Prefix.family(gateway) == family) {
            out.address(GATEWAY, gateway);
            return;
        }
        byte[] address = gateway.getAddress();
        ByteBuffer via = ByteBuffer.allocate(2 + address.length).order(ByteOrder.nativeOrder());
        out.bytes(VIA, via.putShort((short) Prefix.family(gateway)).put(address).array());
    }

    /** Deletion without a scope means any. */
    private static int scope(Route route, boolean deleting) {
        boolean any = deleting
                && route.choice().scope() == null
                && route.destination().isIpv4();
        return (any ? Scope.NOWHERE : route.listedScope()).number();
    }

    static Request all() {
        return new Request(
                () -> "list routes",
                Rtnetlink.GETROUTE,
                0,
                out -> out.u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).i32(0));
    }

    /** Null for what is no route of a table: clones, and types that this class does not know. */
    static @Nullable Route parse(Message message) {
        if (message.type() != Rtnetlink.NEWROUTE && message.type() != Rtnetlink.DELROUTE) {
            return null;
        }
        Attributes in = message.attributes(Rtnetlink.ROUTE_SIZE);
        ByteBuffer fixed = message.payload();
        int family = fixed.get(0);
        Route.Type type = Route.Type.of(Byte.toUnsignedInt(fixed.get(7)));
        int flags = fixed.getInt(8);
        if (type == null || (flags & CLONED) != 0 || (family != Sockets.AF_INET && family != Sockets.AF_INET6)) {
            return null;
        }
        InetAddress destination = in.address(DESTINATION);
        int length = Byte.toUnsignedInt(fixed.get(1));
        if (destination == null) {
            destination = (family == Sockets.AF_INET ? Prefix.everyIpv4() : Prefix.everyIpv6()).address();
        }
        Route.Choice choice = new Route.Choice(
                in.i32(TABLE, Byte.toUnsignedInt(fixed.get(4))),
                in.i32(METRIC, 0),
                Scope.of(Byte.toUnsignedInt(fixed.get(6))),
                (flags & ONLINK) != 0,
                in.address(SOURCE),
                Byte.toUnsignedInt(fixed.get(5)));
        return new Route(new Prefix(destination, length), type, gateway(in), in.i32(LINK, 0), choice);
    }

    private static @Nullable InetAddress gateway(Attributes in) {
        byte[] via = in.bytes(VIA);
        if (via == null) {
            return in.address(GATEWAY);
        }
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(via, Math.min(2, via.length), via.length));
        } catch (UnknownHostException e) {
            throw new MalformedMessage("next hop of %d bytes (expected: 2 and an address)".formatted(via.length));
        }
    }
}
