package org.nsm4j.dataplane.wire;

import java.util.List;
import java.util.Optional;
import org.nsm4j.core.model.Refused;

/** Brings the node's kernel to have a wire. */
public interface Plumbing {
    /**
     * Plugs a wire, or adopts one that is there already with the same owner; what is equal is not written.
     *
     * @return a hold on it
     * @throws VniTaken when the node has another tunnel of that number
     * @throws Refused when the kernel, or something that is there already, stands in the way; nothing is left behind
     */
    Plugged plug(Wire wire);

    /**
     * The tunnel that stands at one end of a connection's wire, made by this process or one before it; empty where there is
     * none, or the end cannot be looked at.
     */
    default Optional<Wire.Tunnel> standing(Owner owner, End end) {
        return Optional.empty();
    }

    /**
     * Where a link is.
     *
     * @param nsid the number of its namespace at this node; -1 for the node's own
     * @param index the link's
     */
    record Spot(int nsid, int index) {}

    /** A wire that stands. */
    interface Plugged extends AutoCloseable {
        /** What was plugged. */
        Wire wire();

        /** Brings it to another shape with the same ends; what is equal is not written. */
        void change(Wire wire);

        /**
         * Plugs another wire in place of this one, and keeps this one until it is closed: first the other stands, then
         * this goes. If the other is closed first, this one works again as it did. Where the two cannot stand at once, as
         * with one VNI for both, this one goes before.
         */
        Plugged replaceBy(Wire other);

        /** Its links on this node; none where that is not known. */
        default List<Spot> spots() {
            return List.of();
        }

        /** Whether another wire has its place, so that it does not work, as is intended. */
        default boolean isSucceeded() {
            return false;
        }

        /** Packets, addresses and routes are gone when this returns; links may follow a moment later. */
        @Override
        void close();
    }

    /** Another tunnel has the number already. */
    final class VniTaken extends RuntimeException {
        private static final long serialVersionUID = 1;

        /** Says which. */
        public VniTaken(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
