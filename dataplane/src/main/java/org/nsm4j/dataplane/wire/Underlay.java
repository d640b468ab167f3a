package org.nsm4j.dataplane.wire;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * The network between the nodes, as tunnels use it.
 *
 * @param device the link that carries it
 * @param address the node's own address on it
 * @param mtu of the path, in bytes
 * @param port the UDP port of our vxlan links, 1–65535
 */
public record Underlay(String device, InetAddress address, int mtu, int port) {
    /** IPv4 and UDP and VXLAN headers, and the inner Ethernet header (RFC 7348 §5). */
    private static final int OVERHEAD_IPV4 = 50;
    /** The same over IPv6. */
    private static final int OVERHEAD_IPV6 = 70;

    /** What a vxlan link over it carries, in bytes. */
    public int vxlanMtu() {
        return mtu - (address instanceof Inet4Address ? OVERHEAD_IPV4 : OVERHEAD_IPV6);
    }
}
