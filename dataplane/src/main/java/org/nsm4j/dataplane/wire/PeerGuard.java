package org.nsm4j.dataplane.wire;

import java.net.InetAddress;
import java.util.Set;

/** Opens the node's vxlan port to those peers that a live wire leads to, and to nobody else. */
public interface PeerGuard {
    /** Lets everybody in: for a node whose firewall is somebody else's business. */
    PeerGuard OPEN = peer -> () -> {};

    /**
     * Lets a peer in for as long as the hold lives; holds for the same peer add up.
     *
     * @throws org.nsm4j.core.model.Refused when the kernel's packet filter refuses
     */
    Hold admit(InetAddress peer);

    /**
     * Shuts out whom nobody holds, and no standing wire needs: peers of a former process's wires that are gone by now.
     *
     * @param standing the peers of the wires that stand ({@link Inventory#peers})
     */
    default void forgetUnused(Set<InetAddress> standing) {}

    /** One wire's need of a peer. */
    interface Hold extends AutoCloseable {
        @Override
        void close();
    }
}
