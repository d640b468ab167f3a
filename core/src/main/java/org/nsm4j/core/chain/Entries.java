package org.nsm4j.core.chain;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.ConnectionTable.Standing;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;

/**
 * What the table knows of each id, and whose turn it is. An entry stays as long as it stands or somebody uses it or
 * waits for it, so the order of asking holds across a close.
 */
final class Entries {
    private final Scheduler scheduler;
    private final Map<ConnectionId, Entry> entries = new ConcurrentHashMap<>();

    Entries(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** One id; all but the volatile fields belong to whoever has the turn. */
    static final class Entry {
        private final Scheduler.Turn turn;
        volatile @Nullable Standing standing;
        volatile @Nullable Attempt running;
        Map<Class<?>, AutoCloseable> held = new LinkedHashMap<>();
        /** How many have the turn or wait for it; changed within the map only. */
        private int users;

        Entry(Scheduler.Turn turn) {
            this.turn = turn;
        }
    }

    /**
     * Waits for the turn of an id.
     *
     * @throws Refused with {@link Refused.Reason#DEADLINE} when it did not come in time
     */
    Entry take(ConnectionId id, Duration most) {
        var entry = Objects.requireNonNull(entries.compute(id, (key, present) -> {
            var used = present == null ? new Entry(scheduler.turn()) : present;
            used.users++;
            return used;
        }));
        boolean got = false;
        try {
            got = entry.turn.take(most);
        } finally {
            if (!got) {
                forget(id);
            }
        }
        if (!got) {
            throw new Refused(
                    Refused.Reason.DEADLINE,
                    "connection %s: another request for it is still running (expected: its end within %s)"
                            .formatted(id, most.isNegative() ? Duration.ZERO : most));
        }
        return entry;
    }

    /** Gives the turn to the next. */
    void leave(ConnectionId id, Entry entry) {
        forget(id);
        entry.turn.give();
    }

    private void forget(ConnectionId id) {
        entries.computeIfPresent(id, (key, entry) -> --entry.users == 0 && entry.standing == null ? null : entry);
    }

    Optional<Entry> known(ConnectionId id) {
        return Optional.ofNullable(entries.get(id));
    }

    Set<ConnectionId> ids() {
        return Set.copyOf(entries.keySet());
    }

    Collection<Entry> all() {
        return entries.values();
    }
}
