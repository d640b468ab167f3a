package org.nsm4j.grpc.server;

import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.Selector;

/** Whose connections can be watched; {@code events::subscribe} of a hop's events is one. */
@FunctionalInterface
public interface Watchable {
    /**
     * Watches connections; the first event is the present state.
     *
     * @param listener told in order, from a task that may wait in it
     * @return ends it
     */
    AutoCloseable subscribe(Selector selector, Hop.Listener listener);
}
