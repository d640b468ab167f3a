package org.nsm4j.core.registry;

import org.nsm4j.core.chain.Caller;

/**
 * Refuses what no registry should keep: names that are no names, endpoints without a service, too many or too long
 * labels, URLs that cannot be read.
 *
 * <p>Place: before anything is remembered. Finding is not limited, for a query keeps nothing; whoever takes a thing back
 * need give a proper name only.
 */
public final class Validate<T> implements Layer<T> {
    private final Kind<T> kind;
    private final Registry<T> rest;

    /** Checks things of a kind. */
    public Validate(Kind<T> kind, Registry<T> rest) {
        this.kind = kind;
        this.rest = rest;
    }

    @Override
    public Registry<T> rest() {
        return rest;
    }

    @Override
    public Registration<T> register(Registration<T> registration, Caller caller) {
        kind.validate(registration.item());
        return rest.register(registration, caller);
    }

    @Override
    public void unregister(Registration<T> registration, Caller caller) {
        Limits.name(kind.word() + " name", kind.name(registration.item()));
        rest.unregister(registration, caller);
    }
}
