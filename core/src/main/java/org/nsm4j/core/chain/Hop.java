package org.nsm4j.core.chain;

import java.time.Instant;
import java.util.function.Consumer;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.model.Url;

/** Another process on the path, as this one asks it. Calls wait for the answer. */
public interface Hop {
    /**
     * Asks for a connection.
     *
     * @param request with the path as far as it goes, its index at this hop
     * @param files those that the request speaks of are passed on; what comes with the answer is added
     * @param deadline when to give up
     * @param cancel told how to call the request off while it runs
     * @throws Refused as the other hop, or one behind it, said no; {@link Refused.Reason#UNAVAILABLE} when it cannot
     *     be reached
     */
    Connection request(Request request, PassedFiles files, Instant deadline, Consumer<Runnable> cancel);

    /** Asks for a connection, without files. */
    default Connection request(Request request, Instant deadline, Consumer<Runnable> cancel) {
        return request(request, PassedFiles.NONE, deadline, cancel);
    }

    /**
     * Closes a connection.
     *
     * @throws Refused when the other hop could not, or cannot be reached
     */
    void close(Connection connection, Instant deadline);

    /**
     * Watches connections, from another task.
     *
     * @param selector which ones
     * @param listener told in order; the first event is the present state
     * @return a handle that ends it
     */
    AutoCloseable monitor(Selector selector, Listener listener);

    /** Told what a watched hop reports. */
    interface Listener {
        /** Something happened. */
        void event(ConnectionEvent event);

        /** The stream broke; nothing follows. */
        void ended(Refused reason);
    }

    /** Finds hops; connections to them are kept and shared. */
    interface Directory {
        /** The hop at a URL; does not connect yet. */
        Hop at(Url url);
    }
}
