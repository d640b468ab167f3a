package org.nsm4j.core.chain;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;

/** One try at a request or a close: what it holds, how it is called off, and what its end answered. */
final class Attempt {
    private volatile Origin origin;
    final @Nullable Connection previous;
    final @Nullable Url previousNext;
    final Holdings holdings;
    /** The generation of the connection that an event of our own is about; 0 for an event from outside. */
    final long generation;

    private final LongSupplier clock;
    private final long began;
    private final Map<String, Long> spent = new LinkedHashMap<>();
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final AtomicReference<@Nullable Runnable> onCancel = new AtomicReference<>();
    private volatile @Nullable Connection answered;
    private volatile @Nullable Url next;
    private volatile @Nullable Runnable afterwards;
    private volatile boolean left;

    Attempt(
            Origin origin,
            @Nullable Connection previous,
            @Nullable Url previousNext,
            Map<Class<?>, AutoCloseable> held,
            LongSupplier clock) {
        this(origin, previous, previousNext, new Holdings(held), 0, clock);
    }

    private Attempt(
            Origin origin,
            @Nullable Connection previous,
            @Nullable Url previousNext,
            Holdings holdings,
            long generation,
            LongSupplier clock) {
        this.origin = origin;
        this.previous = previous;
        this.previousNext = previousNext;
        this.holdings = holdings;
        this.generation = generation;
        this.clock = clock;
        this.began = clock.getAsLong();
    }

    /** What the elements before the table see, and all of a chain that has none. */
    static Attempt outsideTable(long generation) {
        return new Attempt(Origin.FIRST, null, null, new Holdings(new LinkedHashMap<>()), generation, () -> 0);
    }

    /** The closing of what this attempt established: sees what it holds, and where it went. */
    Attempt closing() {
        return new Attempt(Origin.REFRESH, standing(), standsAt(), holdings, 0, clock);
    }

    Origin origin() {
        return origin;
    }

    /** Tells the elements before the table what it found out. */
    void learn(Origin found) {
        origin = found;
    }

    long began() {
        return began;
    }

    long nanoTime() {
        return clock.getAsLong();
    }

    /** Adds to the time that an element took by itself; of several of a name, to their sum. */
    void spent(String element, long nanos) {
        spent.merge(element, nanos, Long::sum);
    }

    /** By element, in nanoseconds, the innermost first; only what answered already. */
    Map<String, Long> spent() {
        return spent;
    }

    void cancel() {
        cancelled.set(true);
        var hook = onCancel.getAndSet(null);
        if (hook != null) {
            hook.run();
        }
    }

    /** Runs the hook when the attempt is called off; at once when it already is. */
    void onCancel(@Nullable Runnable hook) {
        onCancel.set(hook);
        if (cancelled.get() && hook != null && onCancel.compareAndSet(hook, null)) {
            hook.run();
        }
    }

    void refuseIfCancelled() {
        if (cancelled.get()) {
            throw new Refused(Refused.Reason.CANCELLED, "request called off: the connection is being closed");
        }
    }

    void endAnswered(Connection connection, @Nullable Url towards) {
        answered = connection;
        next = towards;
    }

    /** What the end answered was closed again. */
    void forgetAnswer() {
        answered = null;
        next = null;
        afterwards = null;
    }

    /** To be done once the attempt has worked. */
    void afterwards(Runnable work) {
        afterwards = work;
    }

    Optional<Runnable> afterwards() {
        return Optional.ofNullable(afterwards);
    }

    /** The path that stood before was closed to make room. */
    void leave() {
        left = true;
    }

    /** Whether the path that stood before is closed already. */
    boolean hasLeft() {
        return left;
    }

    @Nullable
    Connection answered() {
        return answered;
    }

    @Nullable
    Url next() {
        return next;
    }

    /** The outgoing leg as it stands now: as answered in this attempt, or else before it. */
    @Nullable
    Connection standing() {
        return answered != null ? answered : previous;
    }

    /** Where the outgoing leg stands now. */
    @Nullable
    Url standsAt() {
        return answered != null ? next : previousNext;
    }
}
