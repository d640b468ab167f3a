package org.nsm4j.linux.nft;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A set of links by name, alone or each with an address: looking a packet up takes the same time however many there are.
 *
 * @param name 1–31 characters
 * @param kind what its keys are
 */
public record LinkSet(String name, Kind kind) {
    /** What the keys of a set are. */
    public enum Kind {
        /** A link's name: {@code type ifname}. */
        LINK(41, 16),
        /** A link's name with an IPv4 address: {@code type ifname . ipv4_addr}. */
        LINK_IPV4(41 << 6 | 7, 20),
        /** A link's name with an IPv6 address: {@code type ifname . ipv6_addr}. */
        LINK_IPV6(41 << 6 | 8, 32);

        private final int type;
        private final int length;

        Kind(int type, int length) {
            this.type = type;
            this.length = length;
        }

        int type() {
            return type;
        }

        int length() {
            return length;
        }
    }

    /**
     * One key.
     *
     * @param link name of a link, which need not be there
     * @param address null in a set of links alone
     */
    public record Key(String link, @Nullable InetAddress address) {}

    public LinkSet {
        Names.check("set", name);
    }

    /** Whether keys of this set hold an address. */
    boolean hasAddress() {
        return kind != Kind.LINK;
    }
}
