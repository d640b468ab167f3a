package org.nsm4j.core.registry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/**
 * Things by name and by service. Many may read at any time; whoever owns the shelf lets one task write at a time.
 * Listings are in order of names, so that a simulation replays.
 */
final class Shelf<T> {
    private final Kind<T> kind;
    private final Map<String, T> items = new ConcurrentSkipListMap<>();
    private final Map<String, Set<String>> byService = new ConcurrentHashMap<>();

    Shelf(Kind<T> kind) {
        this.kind = kind;
    }

    void put(T item) {
        var name = kind.name(item);
        var before = items.put(name, item);
        for (var service : kind.services(item)) {
            byService
                    .computeIfAbsent(service, each -> new ConcurrentSkipListSet<>())
                    .add(name);
        }
        if (before != null) {
            dropFromServices(name, kind.services(before), kind.services(item));
        }
    }

    @Nullable
    T remove(String name) {
        var before = items.remove(name);
        if (before != null) {
            dropFromServices(name, kind.services(before), List.of());
        }
        return before;
    }

    private void dropFromServices(String name, List<String> before, List<String> now) {
        for (var service : before) {
            var names = byService.get(service);
            if (names != null && !now.contains(service)) {
                names.remove(name);
                if (names.isEmpty()) {
                    byService.remove(service);
                }
            }
        }
    }

    void clear() {
        items.clear();
        byService.clear();
    }

    Optional<T> get(String name) {
        return Optional.ofNullable(items.get(name));
    }

    /** What fits a query and has not ended. */
    List<T> find(T query, Instant now) {
        var found = new ArrayList<T>();
        for (var item : candidates(query)) {
            boolean ended = kind.expires(item).filter(end -> !end.isAfter(now)).isPresent();
            if (!ended && kind.fits(query, item)) {
                found.add(item);
            }
        }
        return found;
    }

    private Collection<T> candidates(T query) {
        var name = kind.name(query);
        if (!name.isEmpty()) {
            return get(name).map(List::of).orElse(List.of());
        }
        var services = kind.services(query);
        if (services.isEmpty()) {
            return items.values();
        }
        var found = new ArrayList<T>();
        for (var each : byService.getOrDefault(services.getFirst(), Set.of())) {
            get(each).ifPresent(found::add);
        }
        return found;
    }
}
