package org.nsm4j.core.registry;

import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Keeps the time at which a name was first registered over all later registrations; the first may bring one along
 * (behaviour RG-10; upstream's setregistrationtime).
 *
 * <p>Place: after {@link InTurn}, near the store, which is asked for what is there; so the time survives a restart.
 */
public final class RegistrationTime implements Layer<Endpoint> {
    private final Scheduler scheduler;
    private final Registry<Endpoint> rest;

    /** Reads the scheduler's clock. */
    public RegistrationTime(Scheduler scheduler, Registry<Endpoint> rest) {
        this.scheduler = scheduler;
        this.rest = rest;
    }

    @Override
    public Registry<Endpoint> rest() {
        return rest;
    }

    @Override
    public Registration<Endpoint> register(Registration<Endpoint> registration, Caller caller) {
        var endpoint = registration.item();
        var since = endpoint.registered();
        for (var known : rest.find(Endpoint.named(endpoint.name()), caller)) {
            since = known.registered() == null ? since : known.registered();
        }
        return rest.register(registration.with(endpoint.since(since == null ? scheduler.now() : since)), caller);
    }
}
