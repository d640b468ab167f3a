package org.nsm4j.core.registry;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;

/**
 * The things themselves: found and watched in memory, and written to a journal before they are acknowledged (behaviour
 * RG-6 to RG-8).
 *
 * <p>A watcher gets what exists and then every change, in order and without a gap. Whoever registers never waits for a
 * watcher: one that falls {@link #MOST_BEHIND} changes behind is ended with {@link Refused.Reason#UNAVAILABLE}.
 *
 * @param <T> the kind of thing
 */
public final class MemoryRegistry<T> implements Registry<T> {
    /** How many changes a watcher may be behind; what exists when it opens counts as one. */
    public static final int MOST_BEHIND = 4096;

    /** Publishing only moves references; waiting longer than this means that a task was stopped half-way. */
    private static final Duration PUBLISHING = Duration.ofSeconds(30);

    private final Kind<T> kind;
    private final Scheduler scheduler;
    private final Journal<T> journal;
    private final Shelf<T> shelf;
    private final NameTurns<T> names;
    private final Scheduler.Turn publishing;
    /** By the name that the query gives, so that a change need not be held against every watch; empty for the rest. */
    private final Map<String, List<Watching<T>>> watching = new ConcurrentHashMap<>();

    private record Watching<T>(T query, Watcher<T> watcher) {}

    /** An empty registry that keeps nothing beyond the process. */
    public MemoryRegistry(Kind<T> kind, Scheduler scheduler) {
        this(kind, scheduler, Journal.none());
    }

    /**
     * A registry with what its journal kept.
     *
     * @throws Refused when the journal cannot be read
     */
    public MemoryRegistry(Kind<T> kind, Scheduler scheduler, Journal<T> journal) {
        this.kind = kind;
        this.scheduler = scheduler;
        this.journal = journal;
        this.shelf = new Shelf<>(kind);
        this.names = new NameTurns<>(scheduler);
        this.publishing = scheduler.turn();
        journal.load().forEach(shelf::put);
    }

    @Override
    public Registration<T> register(Registration<T> registration, Caller caller) {
        var item = registration.item();
        var name = kind.name(item);
        if (name.isEmpty()) {
            throw new Refused(Refused.Reason.INVALID, kind.word() + " name: \"\" (expected: a name)");
        }
        names.run(name, caller, () -> {
            journal.put(item);
            publish(() -> {
                shelf.put(item);
                tell(item, false);
            });
        });
        return registration;
    }

    @Override
    public void unregister(Registration<T> registration, Caller caller) {
        var name = kind.name(registration.item());
        names.run(name, caller, () -> {
            if (shelf.get(name).isEmpty()) {
                return;
            }
            journal.remove(name);
            publish(() -> {
                var gone = shelf.remove(name);
                if (gone != null) {
                    tell(gone, true);
                }
            });
        });
    }

    @Override
    public List<T> find(T query, Caller caller) {
        return shelf.find(query, scheduler.now());
    }

    @Override
    public Watch watch(T query, Listener<T> listener, Caller caller) {
        var name = kind.name(query);
        var subject = kind.word() + "s" + (name.isEmpty() ? "" : " named " + name);
        var watcher = new Watcher<>(subject, MOST_BEHIND, listener, scheduler, each -> forget(name, each));
        publish(() -> {
            watching.compute(name, (each, there) -> added(there, new Watching<>(query, watcher)));
            var present = shelf.find(query, scheduler.now());
            if (!present.isEmpty()) {
                watcher.tell(
                        present.stream().map(item -> new Change<>(item, false)).toList());
            }
        });
        return watcher;
    }

    private static <W> List<W> added(@Nullable List<W> there, W watching) {
        var list = there == null ? new CopyOnWriteArrayList<W>() : there;
        list.add(watching);
        return list;
    }

    private void forget(String name, Watcher<T> watcher) {
        watching.computeIfPresent(name, (each, list) -> {
            list.removeIf(one -> one.watcher == watcher);
            return list.isEmpty() ? null : list;
        });
    }

    private void tell(T item, boolean deleted) {
        tell(watching.getOrDefault("", List.of()), item, deleted);
        tell(watching.getOrDefault(kind.name(item), List.of()), item, deleted);
    }

    private void tell(List<Watching<T>> list, T item, boolean deleted) {
        for (var each : list) {
            if (kind.fits(each.query, item)) {
                each.watcher.tell(List.of(new Change<>(item, deleted)));
            }
        }
    }

    /** One change at a time over all names, so that what a new watcher finds and what it is told leave no gap. */
    private void publish(Runnable change) {
        if (!publishing.take(PUBLISHING)) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "cannot publish %ss: the change before did not end within %s (expected: microseconds)"
                            .formatted(kind.word(), PUBLISHING));
        }
        try {
            change.run();
        } finally {
            publishing.give();
        }
    }
}
