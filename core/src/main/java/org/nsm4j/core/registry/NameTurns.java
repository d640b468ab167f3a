package org.nsm4j.core.registry;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;

/**
 * One event at a time for each name, and what was last registered under it; no order spans two names. A name that is
 * not registered costs nothing while nobody is at it.
 *
 * @param <T> the kind of thing
 */
public final class NameTurns<T> {
    /** How long a call waits for its turn when the caller set no deadline. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Scheduler scheduler;
    private final Map<String, Place> places = new ConcurrentHashMap<>();
    private final Map<String, T> registered = new ConcurrentHashMap<>();

    private record Place(Scheduler.Turn turn, int users) {}

    /** Turns of a scheduler. */
    public NameTurns(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /**
     * Does something while nobody else is at a name; not reentrant.
     *
     * @throws Refused with {@link Refused.Reason#DEADLINE} when the turn did not come before the caller's deadline
     */
    public <R> R at(String name, Caller caller, Supplier<R> work) {
        var place = places.compute(
                name,
                (each, there) ->
                        there == null ? new Place(scheduler.turn(), 1) : new Place(there.turn, there.users + 1));
        try {
            var deadline = caller.deadline();
            var most = deadline == null ? PATIENCE : Duration.between(scheduler.now(), deadline);
            if (!place.turn.take(most)) {
                throw new Refused(
                        Refused.Reason.DEADLINE,
                        "registration of %s: another one of that name is still running (expected: its end within %s)"
                                .formatted(name, most));
            }
            try {
                return work.get();
            } finally {
                place.turn.give();
            }
        } finally {
            places.computeIfPresent(
                    name, (each, there) -> there.users == 1 ? null : new Place(there.turn, there.users - 1));
        }
    }

    /** As {@link #at}, for what answers nothing. */
    public void run(String name, Caller caller, Runnable work) {
        at(name, caller, () -> {
            work.run();
            return true;
        });
    }

    /** What was last registered under a name. */
    Optional<T> registered(String name) {
        return Optional.ofNullable(registered.get(name));
    }

    /** Remembers what was registered; called at the name. */
    void remember(String name, T item) {
        registered.put(name, item);
    }

    /** The name is free again; called at the name. */
    void forget(String name) {
        registered.remove(name);
    }
}
