package org.nsm4j.testkit.fake;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.registry.Registration;
import org.nsm4j.core.registry.Registry;

/**
 * A registry in memory that matches by name, and endpoints by the services that a query names as well; nothing
 * expires. It can be told to be down.
 */
public final class FakeRegistry<T> implements Registry<T> {
    private final Function<T, String> name;
    private final BiPredicate<T, T> fits;
    private final Map<String, T> items = new LinkedHashMap<>();
    private final List<Watcher<T>> watchers = new ArrayList<>();
    private boolean down;

    private record Watcher<T>(T query, Listener<T> listener) {}

    private FakeRegistry(Function<T, String> name, BiPredicate<T, T> fits) {
        this.name = name;
        this.fits = fits;
    }

    /** An empty registry of endpoints. */
    public static FakeRegistry<Endpoint> ofEndpoints() {
        return new FakeRegistry<>(
                Endpoint::name,
                (query, item) -> (query.name().isEmpty() || query.name().equals(item.name()))
                        && item.services().containsAll(query.services()));
    }

    /** An empty registry of services. */
    public static FakeRegistry<NetworkService> ofServices() {
        return new FakeRegistry<>(
                NetworkService::name,
                (query, item) -> query.name().isEmpty() || query.name().equals(item.name()));
    }

    /** Registers something, and gives this registry back. */
    public FakeRegistry<T> with(T item) {
        register(Registration.of(item), Caller.SELF);
        return this;
    }

    /** Refuses everything from now on, or works again. */
    public void down(boolean isDown) {
        down = isDown;
    }

    @Override
    public Registration<T> register(Registration<T> registration, Caller caller) {
        refuseIfDown();
        items.put(name.apply(registration.item()), registration.item());
        tell(registration.item(), false);
        return registration;
    }

    @Override
    public List<T> find(T query, Caller caller) {
        refuseIfDown();
        return items.values().stream().filter(item -> fits.test(query, item)).toList();
    }

    @Override
    public Watch watch(T query, Listener<T> listener, Caller caller) {
        find(query, caller).forEach(item -> listener.changed(new Change<>(item, false)));
        var watcher = new Watcher<>(query, listener);
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    @Override
    public void unregister(Registration<T> registration, Caller caller) {
        refuseIfDown();
        var item = items.remove(name.apply(registration.item()));
        if (item != null) {
            tell(item, true);
        }
    }

    private void tell(T item, boolean deleted) {
        for (var watcher : List.copyOf(watchers)) {
            if (fits.test(watcher.query(), item)) {
                watcher.listener().changed(new Change<>(item, deleted));
            }
        }
    }

    private void refuseIfDown() {
        if (down) {
            throw new Refused(Refused.Reason.UNAVAILABLE, "fake registry: told to be down");
        }
    }
}
