package org.nsm4j.grpc.spiffe;

import java.util.function.Consumer;

/**
 * Where this process gets its identity, which is replaced from time to time while it runs.
 *
 * <p>Who needs the identity asks for it at each use (handshake, signature) and keeps no copy, so that a rotation
 * reaches everybody without a connection being dropped.
 */
public interface IdentitySource extends AutoCloseable {
    /**
     * The identity that holds now; waits for the first one, for a bounded time.
     *
     * @throws org.nsm4j.core.model.Refused with {@link org.nsm4j.core.model.Refused.Reason#UNAVAILABLE} and the cure
     *     when none came in time
     */
    Identity current();

    /**
     * Tells of every identity that replaces another, one at a time and in order; not of the present one.
     *
     * @return ends it
     */
    AutoCloseable onChange(Consumer<Identity> listener);

    /** Stops looking for new identities; the last one stays. */
    @Override
    void close();
}
