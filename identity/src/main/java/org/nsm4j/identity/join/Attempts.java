package org.nsm4j.identity.join;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;

/** Lets an address try a few tokens in a while, and no more. A token cannot be guessed; this keeps the noise down. */
final class Attempts {
    private static final int MOST = 10;
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MOST_ADDRESSES = 4096;
    private final Scheduler scheduler;
    private final Scheduler.Turn turn;
    private final LinkedHashMap<String, Window> windows = new LinkedHashMap<>();

    /** How many in the window that began then. */
    private record Window(Instant from, int count) {}

    Attempts(Scheduler scheduler) {
        this.scheduler = scheduler;
        this.turn = scheduler.turn();
    }

    /** Counts one; refuses it with NO_CAPACITY where there were too many. */
    void count(String address) {
        if (!turn.take(WINDOW)) {
            throw new Refused(Refused.Reason.UNAVAILABLE, "join: busy (expected: another attempt later)");
        }
        try {
            var now = scheduler.now();
            var before = windows.remove(address);
            var after = before == null || !now.isBefore(before.from().plus(WINDOW))
                    ? new Window(now, 1)
                    : new Window(before.from(), before.count() + 1);
            windows.put(address, after);
            if (windows.size() > MOST_ADDRESSES) {
                windows.pollFirstEntry();
            }
            if (after.count() > MOST) {
                throw new Refused(
                        Refused.Reason.NO_CAPACITY,
                        "join: more than %d attempts from %s in %s (expected: a pause)"
                                .formatted(MOST, address, WINDOW));
            }
        } finally {
            turn.give();
        }
    }
}
