package org.nsm4j.linux.nft;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.netlink.MessageWriter;

/** Writes a rule as the kernel's little machine runs it: load into register 1, compare, verdict ({@code nf_tables.h}). */
final class Expressions {
    private static final int ELEMENT = 1;
    private static final int NAME = 1;
    private static final int CONTENT = 2;
    private static final int REGISTER = 1;
    private static final int SECOND_REGISTER = 2;
    private static final int VALUE = 1;
    private static final int VERDICT = 2;
    private static final int EQUAL = 0;
    private static final int UNEQUAL = 1;
    private static final int NETWORK_HEADER = 1;
    private static final int TRANSPORT_HEADER = 2;
    private static final int META_IIF = 4;
    private static final int META_OIF = 5;
    private static final int META_IIFNAME = 6;
    private static final int META_OIFNAME = 7;
    private static final int META_FAMILY = 15;
    private static final int META_L4PROTO = 16;
    private static final int META_IIFGROUP = 21;
    private static final int META_OIFGROUP = 22;
    private static final int CT_ESTABLISHED_OR_RELATED = 2 | 4;
    /** Behind the headers of UDP and the flags of VXLAN, in bytes. */
    private static final int VNI_OFFSET = 12;

    private static final byte UDP = 17;

    private final MessageWriter out;

    Expressions(MessageWriter out) {
        this.out = out;
    }

    void write(FilterRule rule) {
        rule.matches().forEach(this::match);
        expression("immediate", () -> {
            out.be32(1, 0);
            out.nest(2, () -> out.nest(VERDICT, () -> out.be32(1, rule.verdict().code())));
        });
    }

    private void match(Match match) {
        switch (match) {
            case Match.IncomingLink(var index) -> meta(META_IIF, number(index));
            case Match.IncomingName(var name) -> meta(META_IIFNAME, padded(name));
            case Match.OutgoingLink(var index) -> meta(META_OIF, number(index));
            case Match.OutgoingName(var name) -> meta(META_OIFNAME, padded(name));
            case Match.IncomingIn(var set) -> linkIn(set, true);
            case Match.OutgoingIn(var set) -> linkIn(set, false);
            case Match.IncomingGroup(var group) -> meta(META_IIFGROUP, number(group));
            case Match.OutgoingGroup(var group) -> meta(META_OIFGROUP, number(group));
            case Match.Source(var prefix) -> address(prefix, true, EQUAL);
            case Match.SourceOutside(var prefix) -> address(prefix, true, UNEQUAL);
            case Match.Destination(var prefix) -> address(prefix, false, EQUAL);
            case Match.SourceIn(var set) -> sourceIn(set);
            case Match.UdpPort(var port) -> {
                meta(META_L4PROTO, new byte[] {UDP});
                payload(TRANSPORT_HEADER, 2, 2, REGISTER);
                compare(EQUAL, new byte[] {(byte) (port >>> 8), (byte) port});
            }
            case Match.VxlanNetwork(var vni) -> {
                payload(TRANSPORT_HEADER, VNI_OFFSET, 3, REGISTER);
                compare(EQUAL, new byte[] {(byte) (vni >>> 16), (byte) (vni >>> 8), (byte) vni});
            }
            case Match.Established() -> {
                expression("ct", () -> out.be32(1, REGISTER).be32(2, 0));
                mask(number(CT_ESTABLISHED_OR_RELATED));
                compare(UNEQUAL, number(0));
            }
        }
    }

    private void meta(int key, byte[] value) {
        expression("meta", () -> out.be32(1, REGISTER).be32(2, key));
        compare(EQUAL, value);
    }

    private void address(Prefix prefix, boolean source, int operator) {
        loadAddress(!prefix.isIpv4(), source);
        byte[] network = prefix.network().address().getAddress();
        if (prefix.length() < network.length * 8) {
            byte[] mask = new byte[network.length];
            for (int bit = 0; bit < prefix.length(); bit++) {
                mask[bit / 8] |= (byte) (0x80 >>> bit % 8);
            }
            mask(mask);
        }
        compare(operator, network);
    }

    private void sourceIn(AddressSet set) {
        loadAddress(set.ipv6(), true);
        expression("lookup", () -> out.text(1, set.name()).be32(2, REGISTER));
    }

    /** A name fills register 1, the address follows in register 2: side by side they are the key. */
    private void linkIn(LinkSet set, boolean incoming) {
        boolean ipv6 = set.kind() == LinkSet.Kind.LINK_IPV6;
        if (set.hasAddress()) {
            meta(META_FAMILY, new byte[] {(byte) (ipv6 ? 10 : 2)});
            loadAddress(ipv6, incoming, SECOND_REGISTER);
        }
        expression("meta", () -> out.be32(1, REGISTER).be32(2, incoming ? META_IIFNAME : META_OIFNAME));
        expression("lookup", () -> out.text(1, set.name()).be32(2, REGISTER));
    }

    /** Source and destination lie at 12 and 16 in an IPv4 header, at 8 and 24 in an IPv6 one. */
    private void loadAddress(boolean ipv6, boolean source) {
        meta(META_FAMILY, new byte[] {(byte) (ipv6 ? 10 : 2)});
        loadAddress(ipv6, source, REGISTER);
    }

    private void loadAddress(boolean ipv6, boolean source, int register) {
        if (ipv6) {
            payload(NETWORK_HEADER, source ? 8 : 24, 16, register);
        } else {
            payload(NETWORK_HEADER, source ? 12 : 16, 4, register);
        }
    }

    private void payload(int base, int offset, int length, int register) {
        expression(
                "payload",
                () -> out.be32(1, register).be32(2, base).be32(3, offset).be32(4, length));
    }

    private void compare(int operator, byte[] value) {
        expression("cmp", () -> {
            out.be32(1, REGISTER).be32(2, operator);
            out.nest(3, () -> out.bytes(VALUE, value));
        });
    }

    private void mask(byte[] mask) {
        expression("bitwise", () -> {
            out.be32(1, REGISTER).be32(2, REGISTER).be32(3, mask.length);
            out.nest(4, () -> out.bytes(VALUE, mask));
            out.nest(5, () -> out.bytes(VALUE, new byte[mask.length]));
        });
    }

    private void expression(String name, Runnable content) {
        out.nest(ELEMENT, () -> out.text(NAME, name).nest(CONTENT, content));
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array();
    }

    /** A link's name fills its register with zeros up to IFNAMSIZ. */
    private static byte[] padded(String name) {
        return Arrays.copyOf(name.getBytes(StandardCharsets.UTF_8), 16);
    }

    static boolean isIpv6(InetAddress address) {
        return !(address instanceof Inet4Address);
    }
}
