package org.nsm4j.core.chain;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;

/** One try at a request or a close: what it holds, how it is called off, and what its end answered. */
final class Attempt {
    final Origin origin;
    final @Nullable Connection previous;
    final @Nullable Url previousNext;
    final Holdings holdings;
    /** What must still stand for this attempt to make sense; null for anything. */
    final ConnectionTable.@Nullable Standing expected;

    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final AtomicReference<@Nullable Runnable> onCancel = new AtomicReference<>();
    private volatile @Nullable Connection answered;
    private volatile @Nullable Url next;

    Attempt(
            Origin origin,
            @Nullable Connection previous,
            @Nullable Url previousNext,
            Map<Class<?>, AutoCloseable> held) {
        this(origin, previous, previousNext, held, null);
    }

    private Attempt(
            Origin origin,
            @Nullable Connection previous,
            @Nullable Url previousNext,
            Map<Class<?>, AutoCloseable> held,
            ConnectionTable.@Nullable Standing expected) {
        this.origin = origin;
        this.previous = previous;
        this.previousNext = previousNext;
        this.holdings = new Holdings(held);
        this.expected = expected;
    }

    static Attempt outsideTable() {
        return new Attempt(Origin.FIRST, null, null, new LinkedHashMap<>());
    }

    static Attempt expecting(ConnectionTable.Standing standing) {
        return new Attempt(Origin.FIRST, null, null, new LinkedHashMap<>(), standing);
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

    @Nullable
    Connection answered() {
        return answered;
    }

    @Nullable
    Url next() {
        return next;
    }
}
