package org.nsm4j.core.life;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.schedule.Guard;
import org.nsm4j.core.schedule.Scheduler;

/**
 * What happens to the connections of one hop, told to whoever watches them (behaviour MO-1 to MO-9).
 *
 * <p>A new watcher first hears the present state, even when that is nothing; then each event that concerns it, in
 * order, from a task of its own. A watcher that does not keep up is ended with a refusal: it costs nobody else anything
 * but the events that wait for it, which are bounded. An idle watcher costs no task.
 */
public final class Events {
    /** How many events may wait for a watcher when nothing else was said. */
    public static final int WAITING = 1024;

    private final Scheduler scheduler;
    private final int most;
    private final Guard guard;
    private final Map<ConnectionId, Connection> present = new LinkedHashMap<>();
    private final Map<ConnectionId, UnaryOperator<Connection>> sinceAsked = new HashMap<>();
    private final List<Watcher> watchers = new ArrayList<>();

    /** A hub that lets {@value #WAITING} events wait for each watcher. */
    public Events(Scheduler scheduler) {
        this(scheduler, WAITING);
    }

    /**
     * A hub.
     *
     * @param most how many events may wait for each watcher before it is ended
     */
    public Events(Scheduler scheduler, int most) {
        this.scheduler = scheduler;
        this.most = most;
        this.guard = new Guard(scheduler);
    }

    /** A request for a connection is on its way: what is reported of it from now on outlasts the answer. */
    void asking(ConnectionId id) {
        guard.run(() -> sinceAsked.put(id, UnaryOperator.identity()));
    }

    /** The request was refused. */
    void refused(ConnectionId id) {
        guard.run(() -> sinceAsked.remove(id));
    }

    /** Tells that a connection was made or changed; seen from this hop. */
    public void update(Connection connection) {
        guard.run(() -> {
            var since = sinceAsked.remove(connection.id());
            present.put(connection.id(), connection);
            tell(ConnectionEvent.Kind.UPDATE, connection);
            if (since != null) {
                changeInTurn(connection.id(), since);
            }
        });
    }

    /**
     * Tells that something about a connection changed; says nothing when it did not, or when the connection is unknown.
     *
     * @param change of the connection as it is known here, seen from this hop
     */
    public void change(ConnectionId id, UnaryOperator<Connection> change) {
        guard.run(() -> {
            sinceAsked.computeIfPresent(id, (key, earlier) -> own -> change.apply(earlier.apply(own)));
            changeInTurn(id, change);
        });
    }

    private void changeInTurn(ConnectionId id, UnaryOperator<Connection> change) {
        var before = present.get(id);
        var after = before == null ? null : change.apply(before);
        if (after != null && !after.equals(before)) {
            present.put(id, after);
            tell(ConnectionEvent.Kind.UPDATE, after);
        }
    }

    /** Tells that a connection is gone; says nothing of one that nobody ever heard of. */
    public void delete(ConnectionId id) {
        guard.run(() -> {
            sinceAsked.remove(id);
            var connection = present.remove(id);
            if (connection != null) {
                tell(ConnectionEvent.Kind.DELETE, connection);
            }
        });
    }

    private void tell(ConnectionEvent.Kind kind, Connection connection) {
        var event = new ConnectionEvent(kind, List.of(connection));
        for (var watcher : List.copyOf(watchers)) {
            if (watcher.which.test(connection)) {
                watcher.add(event);
            }
        }
    }

    /**
     * Watches connections.
     *
     * @param selector which ones
     * @param listener told from another task, one event after another
     * @return a handle that ends it; an event that is just being told may still end after that
     */
    public AutoCloseable subscribe(Selector selector, Hop.Listener listener) {
        return subscribe(selector::fits, listener);
    }

    /**
     * Watches connections.
     *
     * @param which those that are told of
     * @param listener told from another task, one event after another
     * @return a handle that ends it; an event that is just being told may still end after that
     */
    public AutoCloseable subscribe(Predicate<Connection> which, Hop.Listener listener) {
        var watcher = new Watcher(which, listener);
        guard.run(() -> {
            watchers.add(watcher);
            var now = present.values().stream().filter(which).toList();
            watcher.add(new ConnectionEvent(ConnectionEvent.Kind.INITIAL_STATE_TRANSFER, now));
        });
        return () -> guard.run(() -> {
            watchers.remove(watcher);
            watcher.waiting.clear();
            watcher.ended = true;
        });
    }

    /** How many watch now. */
    public int watchers() {
        return guard.call(watchers::size);
    }

    /** One who watches; its fields belong to the hub's guard. */
    private final class Watcher {
        final Predicate<Connection> which;
        final Hop.Listener listener;
        final List<ConnectionEvent> waiting = new ArrayList<>();
        boolean telling;
        boolean slow;
        boolean ended;

        Watcher(Predicate<Connection> which, Hop.Listener listener) {
            this.which = which;
            this.listener = listener;
        }

        void add(ConnectionEvent event) {
            if (waiting.size() >= most) {
                slow = true;
                waiting.clear();
                watchers.remove(this);
            } else {
                waiting.add(event);
            }
            if (!telling) {
                telling = true;
                scheduler.spawn("tell events", this::tellWaiting);
            }
        }

        private void tellWaiting() {
            for (var next = guard.call(this::next); !next.isEmpty(); next = guard.call(this::next)) {
                for (var event : next) {
                    if (!guard.call(() -> ended)) {
                        listener.event(event);
                    }
                }
            }
            if (guard.call(() -> slow && !ended)) {
                listener.ended(new Refused(
                        Refused.Reason.NO_CAPACITY,
                        "monitor: more than %d events wait for this watcher (expected: that it reads them)"
                                .formatted(most)));
            }
        }

        private List<ConnectionEvent> next() {
            var next = List.copyOf(waiting);
            waiting.clear();
            telling = !next.isEmpty();
            return next;
        }
    }
}
