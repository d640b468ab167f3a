package org.nsm4j.linux.nft;

import org.nsm4j.linux.net.Prefix;

/** A condition on a packet. One that names an address holds for packets of that address's family only. */
public sealed interface Match {
    /** Came in by the link with that index: {@code iif}. */
    record IncomingLink(int index) implements Match {}

    /** Came in by a link of that name, which need not be there yet: {@code iifname}. */
    record IncomingName(String name) implements Match {}

    /** Leaves by the link with that index: {@code oif}. */
    record OutgoingLink(int index) implements Match {}

    /** Leaves by a link of that name, which need not be there yet: {@code oifname}. */
    record OutgoingName(String name) implements Match {}

    /** Came in by a link of a set, with the source that stands beside it: {@code iifname . ip saddr @SET}. */
    record IncomingIn(LinkSet set) implements Match {}

    /** Leaves by a link of a set, for the destination that stands beside it: {@code oifname . ip daddr @SET}. */
    record OutgoingIn(LinkSet set) implements Match {}

    /** Came in by a link of that group: {@code iifgroup}. */
    record IncomingGroup(int group) implements Match {}

    /** Leaves by a link of that group: {@code oifgroup}. */
    record OutgoingGroup(int group) implements Match {}

    /** Source within a network: {@code ip saddr}, {@code ip6 saddr}. */
    record Source(Prefix prefix) implements Match {}

    /** Source of that family, but not within a network: {@code ip saddr != …}. */
    record SourceOutside(Prefix prefix) implements Match {}

    /** Destination within a network: {@code ip daddr}, {@code ip6 daddr}. */
    record Destination(Prefix prefix) implements Match {}

    /** Source is an element of a set: {@code ip saddr @SET}. */
    record SourceIn(AddressSet set) implements Match {}

    /** UDP to that port: {@code udp dport}. */
    record UdpPort(int port) implements Match {
        public UdpPort {
            if (port < 1 || port > 0xffff) {
                throw new IllegalArgumentException("port: " + port + " (expected: 1–65535)");
            }
        }
    }

    /** VXLAN of that network (RFC 7348 §5), where it is known to be UDP of its port: {@code @th,96,24}. */
    record VxlanNetwork(int vni) implements Match {
        public VxlanNetwork {
            if (vni < 0 || vni > 0xffffff) {
                throw new IllegalArgumentException("VNI: " + vni + " (expected: 0–16777215)");
            }
        }
    }

    /** Belongs to a connection that was let pass before: {@code ct state established,related}. */
    record Established() implements Match {}
}
