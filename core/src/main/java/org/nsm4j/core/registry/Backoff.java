package org.nsm4j.core.registry;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: doubling, with up to half of it left to chance, so that a registry that comes
 * back is not asked by everybody at once.
 *
 * @param first before the first new try
 * @param most the longest wait
 */
record Backoff(Duration first, Duration most) {
    private static final int MOST_DOUBLINGS = 20;

    /** The wait after so many failures in a row. */
    Duration after(int failures, RandomGenerator chance) {
        long nanos = Math.min(most.toNanos(), first.toNanos() << Math.min(failures, MOST_DOUBLINGS));
        return Duration.ofNanos(nanos / 2 + chance.nextLong(nanos / 2 + 1));
    }
}
