package org.nsm4j.grpc.server;

import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.Selector;

/** Whose connections can be watched. */
@FunctionalInterface
public interface Watchable {
    /**
     * Watches connections; the first event is the present state.
     *
     * @param caller who watches
     * @param listener told in order, from a task that may wait in it
     * @return ends it
     */
    AutoCloseable subscribe(Selector selector, Caller caller, Hop.Listener listener);
}
