package org.nsm4j.core.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.registry.Registration;
import org.nsm4j.core.registry.Registry;

/** A registry of a few things in their order of registration, which can be down. */
public final class ListRegistry<T> implements Registry<T> {
    private final Function<T, String> name;
    private final BiPredicate<T, T> fits;
    private final List<T> things = new ArrayList<>();
    private final List<Listener<T>> watchers = new ArrayList<>();
    private boolean down;

    private ListRegistry(Function<T, String> name, BiPredicate<T, T> fits) {
        this.name = name;
        this.fits = fits;
    }

    public static ListRegistry<NetworkService> ofServices(NetworkService... services) {
        var registry = new ListRegistry<>(
                NetworkService::name,
                (query, service) -> query.name().isEmpty() || query.name().equals(service.name()));
        List.of(services).forEach(registry::add);
        return registry;
    }

    public static ListRegistry<Endpoint> ofEndpoints(Endpoint... endpoints) {
        var registry = new ListRegistry<>(
                Endpoint::name,
                (query, endpoint) -> (query.name().isEmpty() || query.name().equals(endpoint.name()))
                        && endpoint.services().containsAll(query.services())
                        && endpoint.url().contains(query.url()));
        List.of(endpoints).forEach(registry::add);
        return registry;
    }

    public void add(T thing) {
        things.removeIf(each -> name.apply(each).equals(name.apply(thing)));
        things.add(thing);
        List.copyOf(watchers).forEach(each -> each.changed(new Change<>(thing, false)));
    }

    public void clear() {
        things.clear();
    }

    public void setDown(boolean isDown) {
        down = isDown;
    }

    public int watchers() {
        return watchers.size();
    }

    @Override
    public Registration<T> register(Registration<T> registration, Caller caller) {
        add(registration.item());
        return registration;
    }

    @Override
    public List<T> find(T query, Caller caller) {
        if (down) {
            throw new Refused(Refused.Reason.UNAVAILABLE, "registry: down (expected: a registry)");
        }
        return things.stream().filter(each -> fits.test(query, each)).toList();
    }

    @Override
    public Watch watch(T query, Listener<T> listener, Caller caller) {
        var present = find(query, caller);
        watchers.add(listener);
        present.forEach(each -> listener.changed(new Change<>(each, false)));
        return () -> watchers.remove(listener);
    }

    @Override
    public void unregister(Registration<T> registration, Caller caller) {
        things.removeIf(each -> name.apply(each).equals(name.apply(registration.item())));
    }
}
