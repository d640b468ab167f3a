package org.nsm4j.core.registry;

import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Payload;

/**
 * A network service whose payload was not said carries IP (behaviour RG-9; upstream's setpayload).
 *
 * <p>Place: before the store, in the registry only.
 */
public final class AssumePayload implements Layer<NetworkService> {
    private final Registry<NetworkService> rest;

    /** Completes what goes to the rest. */
    public AssumePayload(Registry<NetworkService> rest) {
        this.rest = rest;
    }

    @Override
    public Registry<NetworkService> rest() {
        return rest;
    }

    @Override
    public Registration<NetworkService> register(Registration<NetworkService> registration, Caller caller) {
        var service = registration.item();
        return rest.register(
                service.payload().isNone() ? registration.with(service.withPayload(Payload.IP)) : registration, caller);
    }
}
