package org.nsm4j.linux.net;

import org.jspecify.annotations.Nullable;

/**
 * A rule that says which routing table packets are looked up in.
 *
 * @param ipv6 whether it is for IPv6
 * @param priority the lowest is asked first; 0 is the local table's own rule
 * @param incoming name of the link that packets come in by, null for any
 * @param from network of the source, null for any
 * @param to network of the destination, null for any
 * @param table number of the table that is looked up
 */
public record Rule(
        boolean ipv6,
        int priority,
        @Nullable String incoming,
        @Nullable Prefix from,
        @Nullable Prefix to,
        int table) {
    public Rule {
        if ((from != null && from.isIpv4() == ipv6) || (to != null && to.isIpv4() == ipv6)) {
            throw new IllegalArgumentException(
                    "rule from %s to %s (expected: prefixes of %s)".formatted(from, to, ipv6 ? "IPv6" : "IPv4"));
        }
    }

    /** Packets that come in by that link: {@code ip [-6] rule add iif LINK lookup TABLE}. */
    public static Rule incoming(boolean ipv6, int priority, String link, int table) {
        return new Rule(ipv6, priority, link, null, null, table);
    }

    /** Packets from that network: {@code ip rule add from PREFIX lookup TABLE}. */
    public static Rule from(Prefix from, int priority, int table) {
        return new Rule(!from.isIpv4(), priority, null, from, null, table);
    }

    /** As one would type it behind {@code ip rule add}. */
    @Override
    public String toString() {
        return (ipv6 ? "-6 " : "")
                + "priority " + priority
                + " from " + (from == null ? "all" : from)
                + (to == null ? "" : " to " + to)
                + (incoming == null ? "" : " iif " + incoming)
                + " lookup " + table;
    }
}
