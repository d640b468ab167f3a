package org.nsm4j.linux.net;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a VXLAN link is to be like (RFC 7348). Both addresses are of one family, the underlay's.
 *
 * @param vni network identifier, 0–16777215; unique for each port within the namespace that the packets leave from
 * @param underlay index of the link that packets leave by, 0 for none; without it the link's MTU comes out as 1500
 * @param local source address of the packets
 * @param remote where packets go that no forwarding entry sends elsewhere
 * @param port UDP port of destination, 4789 by the standard
 * @param learning whether the link learns where hardware addresses are; off between two fixed peers
 */
public record VxlanSettings(
        int vni,
        int underlay,
        @Nullable InetAddress local,
        @Nullable InetAddress remote,
        int port,
        boolean learning) {
    public VxlanSettings {
        if (vni < 0 || vni > 0xffffff) {
            throw new IllegalArgumentException("VNI: " + vni + " (expected: 0–16777215)");
        }
        if (port < 1 || port > 0xffff) {
            throw new IllegalArgumentException("port: " + port + " (expected: 1–65535)");
        }
        if (local != null && remote != null && Prefix.family(local) != Prefix.family(remote)) {
            throw new IllegalArgumentException("vxlan from %s to %s (expected: both IPv4 or both IPv6)"
                    .formatted(local.getHostAddress(), remote.getHostAddress()));
        }
    }

    /** Between two fixed peers: no learning. */
    public static VxlanSettings between(InetAddress local, InetAddress remote, int vni, int underlay, int port) {
        return new VxlanSettings(vni, underlay, local, remote, port, false);
    }
}
