package org.nsm4j.core.registry;

import java.util.List;
import org.nsm4j.core.chain.Caller;

/**
 * One concern of a registry, wrapped around the rest of it; what a layer does not say goes straight to the rest.
 *
 * @param <T> the kind of thing
 */
public interface Layer<T> extends Registry<T> {
    /** What this layer wraps. */
    Registry<T> rest();

    @Override
    default Registration<T> register(Registration<T> registration, Caller caller) {
        return rest().register(registration, caller);
    }

    @Override
    default List<T> find(T query, Caller caller) {
        return rest().find(query, caller);
    }

    @Override
    default Watch watch(T query, Listener<T> listener, Caller caller) {
        return rest().watch(query, listener, caller);
    }

    @Override
    default void unregister(Registration<T> registration, Caller caller) {
        rest().unregister(registration, caller);
    }

    /** The names of a registry's layers from the outside in, one a line. */
    static String describe(Registry<?> registry) {
        var text = new StringBuilder();
        Registry<?> each = registry;
        while (each instanceof Layer<?> layer) {
            text.append(layer.getClass().getSimpleName()).append('\n');
            each = layer.rest();
        }
        return text.append(each.getClass().getSimpleName()).append('\n').toString();
    }
}
