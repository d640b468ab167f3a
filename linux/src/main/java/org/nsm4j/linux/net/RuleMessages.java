package org.nsm4j.linux.net;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.ffi.Sockets;
import org.nsm4j.linux.netlink.Attributes;
import org.nsm4j.linux.netlink.Message;
import org.nsm4j.linux.netlink.Request;

/** Rules as messages: {@code struct fib_rule_hdr} and {@code FRA_*}. */
final class RuleMessages {
    private static final int TO = 1;
    private static final int FROM = 2;
    private static final int INCOMING = 3;
    private static final int PRIORITY = 6;
    private static final int TABLE = 15;
    private static final int LOOK_UP = 1;
    private static final int INVERTED = 2;

    /** Mark, tunnel, its mask, outgoing link, L3 master, users, protocol and ports. */
    private static final List<Integer> OTHER_CONDITIONS = List.of(10, 12, 16, 17, 19, 20, 22, 23, 24);

    private RuleMessages() {}

    static Request add(Rule rule) {
        return request("add", Rtnetlink.NEWRULE, Request.NLM_F_CREATE | Request.NLM_F_EXCL, rule);
    }

    static Request delete(Rule rule) {
        return request("delete", Rtnetlink.DELRULE, 0, rule);
    }

    private static Request request(String verb, int type, int flags, Rule rule) {
        return new Request(() -> verb + " rule " + rule, type, flags, out -> {
            Prefix from = rule.from();
            Prefix to = rule.to();
            out.u8(rule.ipv6() ? Sockets.AF_INET6 : Sockets.AF_INET);
            out.u8(to == null ? 0 : to.length())
                    .u8(from == null ? 0 : from.length())
                    .u8(0);
            out.u8(rule.table() < 256 ? rule.table() : 0)
                    .u8(0)
                    .u8(0)
                    .u8(LOOK_UP)
                    .i32(0);
            if (to != null) {
                out.address(TO, to.address());
            }
            if (from != null) {
                out.address(FROM, from.address());
            }
            String incoming = rule.incoming();
            if (incoming != null) {
                out.text(INCOMING, incoming);
            }
            out.i32(PRIORITY, rule.priority());
            out.i32(TABLE, rule.table());
        });
    }

    static Request all() {
        return new Request(
                () -> "list rules",
                Rtnetlink.GETRULE,
                0,
                out -> out.u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).i32(0));
    }

    /** Null for a rule that does other than look up a table, or that asks for more than this class knows. */
    static @Nullable Rule parse(Message message) {
        if (message.type() != Rtnetlink.NEWRULE && message.type() != Rtnetlink.DELRULE) {
            return null;
        }
        Attributes in = message.attributes(Rtnetlink.ROUTE_SIZE);
        int family = message.payload().get(0);
        if ((message.payload().getInt(8) & INVERTED) != 0
                || OTHER_CONDITIONS.stream().anyMatch(in::has)) {
            return null;
        }
        if (message.payload().get(7) != LOOK_UP || (family != Sockets.AF_INET && family != Sockets.AF_INET6)) {
            return null;
        }
        return new Rule(
                family == Sockets.AF_INET6,
                in.i32(PRIORITY, 0),
                in.text(INCOMING),
                prefix(in.address(FROM), message.payload().get(2)),
                prefix(in.address(TO), message.payload().get(1)),
                in.i32(TABLE, Byte.toUnsignedInt(message.payload().get(4))));
    }

    private static @Nullable Prefix prefix(@Nullable InetAddress address, byte length) {
        return address == null ? null : new Prefix(address, Byte.toUnsignedInt(length));
    }
}
