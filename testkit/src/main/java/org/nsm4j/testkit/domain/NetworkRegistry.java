package org.nsm4j.testkit.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.registry.Registration;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.testkit.schedule.SimulatedProcess;

/**
 * A registry as one process asks it over the simulated network; watches run without faults.
 *
 * @param url where the registry is served
 * @param direct the registry itself, for watches
 */
record NetworkRegistry<T>(SimulatedNetwork network, SimulatedProcess process, Url url, Registry<T> direct)
        implements Registry<T> {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    @Override
    public Registration<T> register(Registration<T> registration, Caller caller) {
        return ask(caller, registry -> registry.register(registration, caller));
    }

    @Override
    public List<T> find(T query, Caller caller) {
        return ask(caller, registry -> registry.find(query, caller));
    }

    @Override
    public Watch watch(T query, Listener<T> listener, Caller caller) {
        return direct.watch(query, listener, caller);
    }

    @Override
    public void unregister(Registration<T> registration, Caller caller) {
        ask(caller, registry -> {
            registry.unregister(registration, caller);
            return Boolean.TRUE;
        });
    }

    private <A> A ask(Caller caller, Function<Registry<T>, A> question) {
        return network.call(
                process, url, Registry.class, deadline(caller), registry -> question.apply(of(registry)), cancel -> {});
    }

    @SuppressWarnings("unchecked")
    private static <T> Registry<T> of(Registry<?> registry) {
        return (Registry<T>) registry;
    }

    private Instant deadline(Caller caller) {
        var own = process.now().plus(PATIENCE);
        var asked = caller.deadline();
        return asked != null && asked.isBefore(own) ? asked : own;
    }
}
