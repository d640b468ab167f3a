package org.nsm4j.app.e2e;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.nsm4j.core.schedule.LiveScheduler;

/** Waits for what comes by itself, looking again and again, but not for ever. */
final class Eventually {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration LOOK = Duration.ofMillis(25);

    private Eventually() {}

    static void until(String what, BooleanSupplier there) {
        until(what, there, () -> "");
    }

    /** Waits until something is there, and tells the evidence where it never comes. */
    static void until(String what, BooleanSupplier there, Supplier<String> evidence) {
        try (var scheduler = new LiveScheduler()) {
            long end = scheduler.nanoTime() + PATIENCE.toNanos();
            while (!there.getAsBoolean()) {
                if (scheduler.nanoTime() > end) {
                    throw new AssertionError("waited in vain for: %s%n%s".formatted(what, evidence.get()));
                }
                scheduler.pause(LOOK);
            }
        }
    }
}
