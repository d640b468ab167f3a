package org.nsm4j.identity.attest;

/**
 * A process that has connected to a unix socket, as the kernel recorded it at that moment ({@code SO_PEERCRED}), and a
 * handle on it ({@code SO_PEERPIDFD}) that no reuse of its number can mislead.
 */
public interface Peer {
    /** Its number here; 0 where its pid namespace cannot be seen from here. */
    int pid();

    /** Its user at the time of the connect; the overflow uid (65534) where that is not mapped here. */
    int uid();

    /** Whether that very process, and not another of its number, still lives. */
    boolean isAlive();
}
