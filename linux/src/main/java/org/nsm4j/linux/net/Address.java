package org.nsm4j.linux.net;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * An address on a link.
 *
 * @param link index of the link
 * @param prefix the address with its network's length
 * @param peer the other end's address of a point-to-point link, null for none
 * @param scope how far the address is good
 * @param usable for a new IPv6 address: at once, without looking for duplicates (nodad); for a listed one: whether it is
 */
public record Address(int link, Prefix prefix, @Nullable InetAddress peer, Scope scope, boolean usable) {
    /** An address of global scope that is usable at once. */
    public static Address of(int link, Prefix prefix) {
        return new Address(link, prefix, null, Scope.GLOBAL, true);
    }

    @Override
    public String toString() {
        return prefix + (peer == null ? "" : " peer " + peer.getHostAddress());
    }
}
