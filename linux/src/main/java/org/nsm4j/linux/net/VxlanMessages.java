package org.nsm4j.linux.net;

import java.net.Inet4Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.netlink.Attributes;
import org.nsm4j.linux.netlink.MessageWriter;

/** The details of a VXLAN link as attributes: {@code IFLA_VXLAN_*}. */
final class VxlanMessages {
    private static final int ID = 1;
    private static final int REMOTE = 2;
    private static final int LINK = 3;
    private static final int LOCAL = 4;
    private static final int LEARNING = 7;
    private static final int PORT = 15;
    private static final int REMOTE6 = 16;
    private static final int LOCAL6 = 17;

    private VxlanMessages() {}

    static void write(MessageWriter out, VxlanSettings vxlan) {
        out.i32(ID, vxlan.vni());
        if (vxlan.underlay() != 0) {
            out.i32(LINK, vxlan.underlay());
        }
        address(out, vxlan.local(), LOCAL, LOCAL6);
        address(out, vxlan.remote(), REMOTE, REMOTE6);
        out.u8(LEARNING, vxlan.learning() ? 1 : 0);
        out.be16(PORT, vxlan.port());
    }

    static VxlanSettings parse(Attributes in) {
        return new VxlanSettings(
                in.i32(ID, 0),
                in.i32(LINK, 0),
                in.has(LOCAL) ? in.address(LOCAL) : in.address(LOCAL6),
                in.has(REMOTE) ? in.address(REMOTE) : in.address(REMOTE6),
                in.be16(PORT, 0),
                in.u8(LEARNING, 0) != 0);
    }

    private static void address(MessageWriter out, @Nullable InetAddress address, int ipv4, int ipv6) {
        if (address != null) {
            out.address(address instanceof Inet4Address ? ipv4 : ipv6, address);
        }
    }
}
