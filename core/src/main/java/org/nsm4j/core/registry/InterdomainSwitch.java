package org.nsm4j.core.registry;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Refused;

/**
 * Sends what another domain has to answer, {@code name@domain}, to the proxy registry (behaviour RG-5).
 *
 * <p>Place: before everything that is about this domain's own things.
 */
public final class InterdomainSwitch<T> implements Layer<T> {
    private final Kind<T> kind;
    private final @Nullable Registry<T> proxy;
    private final Registry<T> rest;

    /**
     * Switches by name.
     *
     * @param proxy asked for names of other domains; null refuses them
     * @param rest asked for all others
     */
    public InterdomainSwitch(Kind<T> kind, @Nullable Registry<T> proxy, Registry<T> rest) {
        this.kind = kind;
        this.proxy = proxy;
        this.rest = rest;
    }

    @Override
    public Registry<T> rest() {
        return rest;
    }

    @Override
    public Registration<T> register(Registration<T> registration, Caller caller) {
        return towards(registration.item()).register(registration, caller);
    }

    @Override
    public List<T> find(T query, Caller caller) {
        return towards(query).find(query, caller);
    }

    @Override
    public Watch watch(T query, Listener<T> listener, Caller caller) {
        return towards(query).watch(query, listener, caller);
    }

    @Override
    public void unregister(Registration<T> registration, Caller caller) {
        towards(registration.item()).unregister(registration, caller);
    }

    private Registry<T> towards(T item) {
        boolean foreign = kind.name(item).contains("@")
                || kind.services(item).stream().anyMatch(service -> service.contains("@"));
        if (!foreign) {
            return rest;
        }
        if (proxy == null) {
            throw new Refused(
                    Refused.Reason.UNSUPPORTED,
                    "%s \"%s\" of services %s: a name of another domain (expected: no '@'; not yet: this domain has no proxy registry)"
                            .formatted(kind.word(), kind.name(item), kind.services(item)));
        }
        return proxy;
    }
}
