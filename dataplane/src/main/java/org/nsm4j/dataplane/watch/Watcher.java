package org.nsm4j.dataplane.watch;

import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.dataplane.wire.Plumbing;

/** Watches wires. */
@FunctionalInterface
public interface Watcher {
    /** Sees nothing: for wires that are none. */
    Watcher BLIND = (id, plugged) -> new Watch() {
        @Override
        public boolean goesOn(Plumbing.Plugged asked) {
            return plugged == asked;
        }

        @Override
        public void close() {}
    };

    /** Watches a connection's wire from now on. */
    Watch watch(ConnectionId id, Plumbing.Plugged plugged);

    /** One wire that is watched. */
    interface Watch extends AutoCloseable {
        /** A wire was asked for again: whether it is the one that is watched, with the links that it has now. */
        boolean goesOn(Plumbing.Plugged asked);
    }
}
