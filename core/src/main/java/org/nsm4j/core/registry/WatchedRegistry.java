package org.nsm4j.core.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;

/**
 * A local copy of a registry, kept by one watch, so that finding what exists asks nobody.
 *
 * <p>The copy answers what names a thing or a service, once the watch is open and all that existed then was read; a
 * question to which it has no answer is put to the registry itself, since the wire does not say when a watcher has
 * heard of everything. What was registered or taken back through this view is seen here at once. A hit may be as old
 * as the watch is behind; while there is no watch, everything is asked directly.
 *
 * <p>Place: right before the registry that is far away.
 *
 * @param <T> the kind of thing
 */
public final class WatchedRegistry<T> implements Layer<T>, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(WatchedRegistry.class.getName());
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10));
    /** How long reading everything may take. */
    private static final Duration READING = Duration.ofSeconds(30);

    private final Kind<T> kind;
    private final Scheduler scheduler;
    private final RandomGenerator chance;
    private final Registry<T> rest;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile @Nullable View view;
    private volatile boolean closed;

    /**
     * A view that is not watched yet: see {@link #start}.
     *
     * @param chance spreads new tries
     */
    public WatchedRegistry(Kind<T> kind, Scheduler scheduler, RandomGenerator chance, Registry<T> rest) {
        this.kind = kind;
        this.scheduler = scheduler;
        this.chance = chance;
        this.rest = rest;
    }

    @Override
    public Registry<T> rest() {
        return rest;
    }

    /** Opens the watch in a task of its own, and again whenever it is lost. */
    public void start() {
        scheduler.spawn("watch " + kind.word() + "s", this::open);
    }

    /** Whether questions are answered from the copy now. */
    public boolean isWarm() {
        var now = view;
        return now != null && now.warm;
    }

    private void open() {
        if (closed) {
            return;
        }
        var opened = new View();
        view = opened;
        try {
            opened.watch = rest.watch(kind.named(""), opened, Caller.SELF);
            opened.complete(
                    rest.find(kind.named(""), Caller.selfUntil(scheduler.now().plus(READING))));
            failures.set(0);
            if (closed) {
                opened.close();
            }
        } catch (Refused e) {
            opened.ended(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        var now = view;
        view = null;
        if (now != null) {
            now.close();
        }
    }

    @Override
    public List<T> find(T query, Caller caller) {
        var now = view;
        boolean narrow = !kind.name(query).isEmpty() || !kind.services(query).isEmpty();
        if (now != null && now.warm && narrow) {
            var found = now.shelf.find(query, scheduler.now());
            if (!found.isEmpty()) {
                return found;
            }
        }
        return rest.find(query, caller);
    }

    @Override
    public Registration<T> register(Registration<T> registration, Caller caller) {
        var answer = rest.register(registration, caller);
        var now = view;
        if (now != null) {
            now.registeredHere(answer.item());
        }
        return answer;
    }

    @Override
    public void unregister(Registration<T> registration, Caller caller) {
        rest.unregister(registration, caller);
        var now = view;
        if (now != null) {
            now.unregisteredHere(kind.name(registration.item()));
        }
    }

    /** The copy that one watch keeps. */
    private final class View implements Listener<T> {
        final Shelf<T> shelf = new Shelf<>(kind);
        private final Scheduler.Turn writing = scheduler.turn();
        /** Names of which there was news since the watch was opened; kept until everything was read. */
        private final Set<String> news = ConcurrentHashMap.newKeySet();
        /** What was acknowledged here, until the watch has caught up with it. */
        private final Map<String, Instant> ahead = new ConcurrentHashMap<>();

        private final Set<String> gone = ConcurrentHashMap.newKeySet();
        volatile boolean warm;
        volatile @Nullable Watch watch;

        /** Takes over what was read after the watch was opened; what the watch told meanwhile counts more. */
        void complete(List<T> everything) {
            write(() -> {
                for (var item : everything) {
                    if (!news.contains(kind.name(item))) {
                        shelf.put(item);
                    }
                }
                warm = true;
                news.clear();
            });
        }

        void registeredHere(T item) {
            write(() -> {
                heard(kind.name(item));
                gone.remove(kind.name(item));
                kind.expires(item).ifPresent(end -> ahead.put(kind.name(item), end));
                shelf.put(item);
            });
        }

        void unregisteredHere(String name) {
            write(() -> {
                heard(name);
                ahead.remove(name);
                if (shelf.remove(name) != null) {
                    gone.add(name);
                }
            });
        }

        @Override
        public void changed(Change<T> change) {
            write(() -> {
                var name = kind.name(change.item());
                if (isOld(name, change)) {
                    return;
                }
                heard(name);
                ahead.remove(name);
                gone.remove(name);
                if (change.deleted()) {
                    shelf.remove(name);
                } else {
                    shelf.put(change.item());
                }
            });
        }

        /** Whether something later than this was already acknowledged here. */
        private boolean isOld(String name, Change<T> change) {
            var acknowledged = ahead.get(name);
            var told = kind.expires(change.item()).orElse(Instant.MAX);
            return (acknowledged != null && told.isBefore(acknowledged)) || (gone.contains(name) && !change.deleted());
        }

        private void heard(String name) {
            if (!warm) {
                news.add(name);
            }
        }

        private void write(Runnable change) {
            if (!writing.take(READING)) {
                LOG.log(System.Logger.Level.ERROR, "view of {0}s: stuck; asking directly", kind.word());
                warm = false;
                return;
            }
            try {
                change.run();
            } finally {
                writing.give();
            }
        }

        @Override
        public void ended(Refused reason) {
            warm = false;
            close();
            if (view != this || closed) {
                return;
            }
            view = null;
            int before = failures.getAndIncrement();
            var wait = BACKOFF.after(before, chance);
            LOG.log(
                    before == 0 ? System.Logger.Level.INFO : System.Logger.Level.DEBUG,
                    "lost watch of {0}s again-in={1} reason={2}",
                    kind.word(),
                    wait,
                    reason.getMessage());
            scheduler.after(wait, "watch " + kind.word() + "s", WatchedRegistry.this::open);
        }

        void close() {
            var open = watch;
            if (open != null) {
                open.close();
            }
        }
    }
}
