package org.nsm4j.linux.net;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Which hardware address an IP address on a link has.
 *
 * @param link index of the link
 * @param address the IP address
 * @param mac its hardware address, null while unknown
 * @param permanent whether it was set to stay, as opposed to learned
 */
public record Neighbour(
        int link, InetAddress address, @Nullable Mac mac, boolean permanent) {
    /** One that stays. */
    public static Neighbour permanent(int link, InetAddress address, Mac mac) {
        return new Neighbour(link, address, mac, true);
    }

    @Override
    public String toString() {
        return address.getHostAddress() + " lladdr " + (mac == null ? "unknown" : mac);
    }
}
