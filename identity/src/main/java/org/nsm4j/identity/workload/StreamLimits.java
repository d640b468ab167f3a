package org.nsm4j.identity.workload;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.identity.attest.Peer;

/** How many calls may be open: in total, for one user, and for one process, so that none shuts the others out. */
final class StreamLimits {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private final int most;
    private final int mostPerUser;
    private final int mostPerProcess;
    private final Scheduler.Turn turn;
    private final Map<Integer, Integer> users = new HashMap<>();
    private final Map<Integer, Integer> processes = new HashMap<>();
    private int open;

    /** Ends with {@link #close}. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    StreamLimits(int most, int mostPerUser, int mostPerProcess, Scheduler scheduler) {
        this.most = most;
        this.mostPerUser = mostPerUser;
        this.mostPerProcess = mostPerProcess;
        this.turn = scheduler.turn();
    }

    /**
     * Takes a place, given back once by closing it.
     *
     * @throws Refused NO_CAPACITY naming the limit
     */
    Place take(Peer peer) {
        await();
        try {
            check("in total", open, most);
            check("of uid " + peer.uid(), users.getOrDefault(peer.uid(), 0), mostPerUser);
            check("of pid " + peer.pid(), processes.getOrDefault(peer.pid(), 0), mostPerProcess);
            open++;
            users.merge(peer.uid(), 1, Integer::sum);
            processes.merge(peer.pid(), 1, Integer::sum);
        } finally {
            turn.give();
        }
        var given = new AtomicBoolean();
        return () -> {
            if (given.compareAndSet(false, true)) {
                give(peer);
            }
        };
    }

    private void give(Peer peer) {
        await();
        try {
            open--;
            users.computeIfPresent(peer.uid(), (_, count) -> count == 1 ? null : count - 1);
            processes.computeIfPresent(peer.pid(), (_, count) -> count == 1 ? null : count - 1);
        } finally {
            turn.give();
        }
    }

    /** Nothing is waited for while the turn is held, so it always comes. */
    private void await() {
        if (!turn.take(PATIENCE)) {
            throw new Refused(Refused.Reason.UNAVAILABLE, "Workload API: stopping (expected: a call later)");
        }
    }

    private static void check(String whose, int count, int most) {
        if (count >= most) {
            throw new Refused(
                    Refused.Reason.NO_CAPACITY,
                    "Workload API: %d calls open %s (expected: fewer than %d; keep one stream and close the others)"
                            .formatted(count, whose, most));
        }
    }
}
