package org.nsm4j.core.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Keeps one thing registered for as long as this process lives (upstream's registry refresh, heal and retry clients).
 *
 * <p>It registers again after two thirds of the remaining life, a little earlier by chance; and, by a watch of its own
 * name, when the registry forgot it or broke the watch, as one that restarted does. What fails is tried again with a
 * back-off, without end.
 *
 * <pre>{@code
 * var kept = new RefreshRegistration<>(Kind.ENDPOINT, registry, scheduler, chance);
 * kept.register(endpoint, Duration.ofSeconds(15));
 * …
 * kept.close(); // takes it back
 * }</pre>
 *
 * @param <T> the kind of thing
 */
public final class RefreshRegistration<T> implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RefreshRegistration.class.getName());
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10));
    private static final Duration REGISTERING = Duration.ofSeconds(15);
    private static final Duration UNREGISTERING = Duration.ofSeconds(5);
    /** Whoever was registered for so long does not pay for failures before. */
    private static final Duration STABLE = Duration.ofMinutes(1);

    /** Whoever was registered at all starts again no later than this many doublings tell: 1.6 s at most. */
    private static final int AFTER_SUCCESS = 3;

    private static final double PART = 2.0 / 3;
    private static final double JITTER = 0.1;

    private final Kind<T> kind;
    private final Registry<T> registry;
    private final Scheduler scheduler;
    private final RandomGenerator chance;
    private final Scheduler.Turn turn;
    private final AtomicReference<Scheduler.@Nullable Timer> next = new AtomicReference<>();
    private final AtomicReference<@Nullable Watching> watching = new AtomicReference<>();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile @Nullable T wanted;
    private volatile @Nullable T registered;
    private volatile @Nullable Instant since;
    private volatile @Nullable Refused failure;
    private volatile boolean closed;

    /**
     * Keeps nothing yet.
     *
     * @param registry where to register
     * @param chance spreads refreshes and new tries
     */
    public RefreshRegistration(Kind<T> kind, Registry<T> registry, Scheduler scheduler, RandomGenerator chance) {
        this.kind = kind;
        this.registry = registry;
        this.scheduler = scheduler;
        this.chance = chance;
        this.turn = scheduler.turn();
    }

    /**
     * Registers a thing now, and keeps it registered from then on. Called again, it registers the thing as it has
     * become.
     *
     * @param most how long it may take
     * @return as registered
     * @throws Refused when it may not be, or cannot be now; nothing is kept then
     */
    public T register(T item, Duration most) {
        take();
        try {
            var answer = ask(item, most);
            accepted(answer);
            return answer;
        } finally {
            turn.give();
        }
    }

    /** Registers a thing as soon as that is possible, and keeps it registered from then on. */
    public void keep(T item) {
        wanted = item;
        schedule(Duration.ZERO);
    }

    /** The thing as last registered; empty before the first time. */
    public Optional<T> registered() {
        return Optional.ofNullable(registered);
    }

    /** Why the last try failed; empty when it worked. */
    public Optional<Refused> failure() {
        return Optional.ofNullable(failure);
    }

    private void refresh() {
        take();
        try {
            var item = wanted;
            if (closed || item == null) {
                return;
            }
            accepted(ask(item, REGISTERING));
        } catch (Refused e) {
            failure = e;
            tryAgain("cannot register", e);
        } finally {
            turn.give();
        }
    }

    private T ask(T item, Duration most) {
        var caller = Caller.selfUntil(scheduler.now().plus(most));
        return registry.register(Registration.of(kind.renewed(item)), caller).item();
    }

    private void accepted(T answer) {
        wanted = answer;
        registered = answer;
        failure = null;
        var now = scheduler.now();
        if (since == null) {
            since = now;
            failures.updateAndGet(before -> Math.min(before, AFTER_SUCCESS));
        }
        var end = kind.expires(answer);
        end.ifPresent(at -> schedule(refreshAfter(Duration.between(now, at))));
        watch(kind.name(answer));
    }

    private Duration refreshAfter(Duration life) {
        var wait = (long) (life.toNanos() * PART * (1 - JITTER * chance.nextDouble()));
        return Duration.ofNanos(Math.max(wait, BACKOFF.first().toNanos()));
    }

    private void watch(String name) {
        var open = watching.get();
        if (open != null && open.name.equals(name)) {
            return;
        }
        stopWatching();
        var opened = new Watching(name);
        watching.set(opened);
        try {
            opened.watch = registry.watch(kind.named(name), opened, Caller.SELF);
        } catch (Refused e) {
            opened.ended(e);
        }
    }

    private void stopWatching() {
        var open = watching.getAndSet(null);
        if (open != null) {
            open.close();
        }
    }

    private void tryAgain(String what, Refused reason) {
        var stable = since;
        if (stable != null && stable.plus(STABLE).isBefore(scheduler.now())) {
            failures.set(0);
        }
        since = null;
        int before = failures.getAndIncrement();
        var wait = BACKOFF.after(before, chance);
        LOG.log(
                before == 0 ? System.Logger.Level.INFO : System.Logger.Level.DEBUG,
                "{0} {1} again-in={2} reason={3}",
                what,
                kind.word(),
                wait,
                reason.getMessage());
        schedule(wait);
    }

    private void schedule(Duration delay) {
        if (closed) {
            return;
        }
        var before = next.getAndSet(scheduler.after(delay, "register " + kind.word(), this::refresh));
        if (before != null) {
            before.close();
        }
    }

    private void take() {
        while (!turn.take(REGISTERING)) {
            if (closed || Thread.currentThread().isInterrupted()) {
                throw new Refused(Refused.Reason.CANCELLED, "registration called off: it is being closed");
            }
        }
    }

    /** Takes the thing back. Where that fails, it ends by itself at its expiry. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        var timer = next.getAndSet(null);
        if (timer != null) {
            timer.close();
        }
        stopWatching();
        boolean mine = turn.take(UNREGISTERING);
        try {
            var item = registered;
            if (item != null) {
                var caller = Caller.selfUntil(scheduler.now().plus(UNREGISTERING));
                registry.unregister(Registration.of(item), caller);
            }
        } catch (Refused e) {
            LOG.log(System.Logger.Level.WARNING, "cannot unregister {0} reason={1}", kind.word(), e.getMessage());
        } finally {
            if (mine) {
                turn.give();
            }
        }
    }

    /** The watch of our own name. */
    private final class Watching implements Registry.Listener<T> {
        private final String name;
        private volatile Registry.@Nullable Watch watch;

        Watching(String name) {
            this.name = name;
        }

        @Override
        public void changed(Registry.Change<T> change) {
            if (change.deleted() && watching.get() == this) {
                tryAgain("lost", new Refused(Refused.Reason.NOT_FOUND, "the registry dropped " + name));
            }
        }

        @Override
        public void ended(Refused reason) {
            if (watching.compareAndSet(this, null)) {
                close();
                tryAgain("lost the watch of", reason);
            }
        }

        void close() {
            var open = watch;
            if (open != null) {
                open.close();
            }
        }
    }
}
