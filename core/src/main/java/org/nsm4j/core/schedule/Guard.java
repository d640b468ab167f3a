package org.nsm4j.core.schedule;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets short pieces of work on shared state run one at a time, in the order in which they came.
 *
 * <p>Not reentrant, and nothing in it may wait: ask nobody, call nobody back.
 */
public final class Guard {
    /** Far beyond what a piece of work may take: running into it is a bug, not load. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Scheduler.Turn turn;

    /** A guard whose waiting the scheduler knows of. */
    public Guard(Scheduler scheduler) {
        this.turn = scheduler.turn();
    }

    /**
     * Runs a piece of work that gives something back.
     *
     * @throws IllegalStateException when the turn does not come, because a piece of work hangs or the program ends
     */
    public <T extends @Nullable Object> T call(Supplier<T> work) {
        if (!turn.take(PATIENCE)) {
            throw new IllegalStateException("guard: no turn within %s".formatted(PATIENCE));
        }
        try {
            return work.get();
        } finally {
            turn.give();
        }
    }

    /** Runs a piece of work. */
    public void run(Runnable work) {
        call(() -> {
            work.run();
            return Boolean.TRUE;
        });
    }
}
