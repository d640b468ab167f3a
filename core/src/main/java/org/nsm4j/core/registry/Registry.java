package org.nsm4j.core.registry;

import java.util.List;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Refused;

/**
 * Which things of a kind (network services or endpoints) exist. Every layer and every store has this one face; the
 * layers of a role are listed in its composition file. Calls wait for the answer.
 *
 * @param <T> {@link org.nsm4j.core.model.NetworkService} or {@link org.nsm4j.core.model.Endpoint}
 */
public interface Registry<T> {
    /**
     * Registers a thing, or refreshes it.
     *
     * @return as registered: the answer's name and expiry are the ones that count
     * @throws Refused when it may not be
     */
    Registration<T> register(Registration<T> registration, Caller caller);

    /**
     * What exists now and fits a query; a field of the query that is empty stands for anything.
     *
     * @throws Refused when that cannot be found out
     */
    List<T> find(T query, Caller caller);

    /**
     * Watches what fits a query: first what exists now, then every change.
     *
     * @param listener told in order, from another task
     * @return a handle that ends it
     */
    Watch watch(T query, Listener<T> listener, Caller caller);

    /** Takes a thing back; does nothing when it is unknown. */
    void unregister(Registration<T> registration, Caller caller);

    /**
     * What happened to a thing.
     *
     * @param item the thing, as it is or last was
     * @param deleted whether it is gone
     */
    record Change<T>(T item, boolean deleted) {}

    /** Told of changes. */
    interface Listener<T> {
        /** Something was registered, refreshed or taken back. */
        void changed(Change<T> change);

        /** The watch broke; nothing follows. */
        void ended(Refused reason);
    }

    /** A watch that runs. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
