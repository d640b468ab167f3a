package org.nsm4j.core.chain;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.schedule.Scheduler;

/**
 * The connections of one role, one event at a time for each (behaviour B-1 to B-12).
 *
 * <p>A Close calls off the request that runs, and then takes its turn; whatever came last wins. Timers and healing
 * re-enter at the top of the chain with {@link #closeLater}, {@link #requestAgain} and {@link #reselect}, never while
 * the id is held.
 *
 * <p>Place: right after the path upkeep, which says what the id is.
 */
public final class ConnectionTable implements Element {
    private static final System.Logger LOG = System.getLogger(ConnectionTable.class.getName());
    /** How long an event waits for its turn when the caller set no deadline. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** How long a Close of our own may take. */
    private static final Duration CLOSING = Duration.ofSeconds(15);

    private final Scheduler scheduler;
    private final Map<ConnectionId, Entry> entries = new ConcurrentHashMap<>();
    private volatile @Nullable Chain chain;

    /** An empty table. */
    public ConnectionTable(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    void reenterBy(Chain newChain) {
        if (chain != null) {
            throw new IllegalStateException("connection table: already part of a chain (expected: one table each)");
        }
        chain = newChain;
    }

    /**
     * A connection that stands.
     *
     * @param request as the client last sent it
     * @param answer as this hop last answered it, seen from this hop
     * @param outgoing as the next hop last answered it
     * @param next where it was last asked; null at the end of a path
     */
    public record Standing(
            Request request,
            Connection answer,
            Connection outgoing,
            @Nullable Url next) {}

    private static final class Entry {
        final Scheduler.Turn turn;
        volatile @Nullable Standing standing;
        Map<Class<?>, AutoCloseable> held = new LinkedHashMap<>();
        volatile @Nullable Attempt running;
        boolean gone;

        Entry(Scheduler.Turn turn) {
            this.turn = turn;
        }
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var id = call.id();
        if (id.isNone()) {
            throw new Refused(Refused.Reason.INVALID, "connection id: empty (expected: the path upkeep gave one)");
        }
        var entry = take(id, call.caller(), true);
        try {
            return requestInTurn(call, rest, Objects.requireNonNull(entry));
        } finally {
            leave(id, Objects.requireNonNull(entry));
        }
    }

    private Connection requestInTurn(Call call, Rest rest, Entry entry) {
        var expected = call.attempt().expected;
        if (expected != null && entry.standing != expected) {
            throw new Refused(
                    Refused.Reason.CANCELLED,
                    "connection %s: asking again was overtaken by another request or a close".formatted(call.id()));
        }
        var origin = originOf(call, entry.standing);
        if (origin == Origin.RESELECT) {
            closeStanding(call, rest, entry);
        }
        var standing = entry.standing;
        var attempt = new Attempt(
                origin,
                standing == null ? null : standing.outgoing(),
                standing == null ? null : standing.next(),
                entry.held);
        entry.running = attempt;
        Connection answer;
        try {
            answer = rest.request(call.within(attempt)).withState(Connection.State.UP);
            attempt.refuseIfCancelled();
        } catch (RuntimeException | Error e) {
            attempt.holdings.rollBack(e);
            throw e;
        } finally {
            entry.running = null;
        }
        var end = Objects.requireNonNull(attempt.answered(), "the end of the chain answered");
        entry.standing = new Standing(call.incoming(), answer, end, attempt.next());
        entry.held = attempt.holdings.commit();
        return answer;
    }

    private static Origin originOf(Call call, @Nullable Standing standing) {
        if (standing != null) {
            return call.connection().state() == Connection.State.RESELECT_REQUESTED ? Origin.RESELECT : Origin.REFRESH;
        }
        // our segment was in the path before this request reached us, and somebody behind it answered once
        var path = call.connection().path();
        var sent = call.incoming().connection().path();
        boolean known = sent.segment(path.index())
                .map(segment -> segment.id().equals(call.id()))
                .orElse(false);
        return known && path.next().isPresent() ? Origin.ADOPT : Origin.FIRST;
    }

    private void closeStanding(Call call, Rest rest, Entry entry) {
        try {
            closeInTurn(call.by(closing(call)), rest, entry);
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "connection {0}: closing before reselecting failed: {1}",
                    call.id(),
                    e);
        }
    }

    @Override
    public void close(Call call, Rest rest) {
        var id = call.id();
        var known = entries.get(id);
        if (known != null) {
            var running = known.running;
            if (running != null) {
                running.cancel();
            }
        }
        var entry = Objects.requireNonNull(take(id, call.caller(), true));
        try {
            closeInTurn(call, rest, entry);
        } finally {
            leave(id, entry);
        }
    }

    private void closeInTurn(Call call, Rest rest, Entry entry) {
        var standing = entry.standing;
        var attempt = new Attempt(
                Origin.REFRESH,
                standing == null ? null : standing.outgoing(),
                standing == null ? null : standing.next(),
                entry.held);
        var closing = call.within(attempt);
        if (standing != null) {
            // what is closed is what stands, not what the caller remembers (B-6); its path upkeep stays the caller's
            closing = closing.with(new Request(standing.answer(), List.of())).towards(standing.next());
        }
        RuntimeException failure = null;
        try {
            rest.close(closing);
        } catch (RuntimeException e) {
            failure = e;
        }
        entry.standing = null;
        var held = new ArrayList<>(entry.held.values());
        entry.held = new LinkedHashMap<>();
        Holdings.release(held, failure);
        if (failure != null) {
            throw failure;
        }
    }

    private @Nullable Entry take(ConnectionId id, Caller caller, boolean create) {
        var deadline = caller.deadline();
        while (true) {
            var entry = create ? entries.computeIfAbsent(id, each -> new Entry(scheduler.turn())) : entries.get(id);
            if (entry == null) {
                return null;
            }
            var most = deadline == null ? PATIENCE : Duration.between(scheduler.now(), deadline);
            if (!entry.turn.take(most)) {
                throw new Refused(
                        Refused.Reason.DEADLINE,
                        "connection %s: another request for it is still running (expected: its end within %s)"
                                .formatted(id, most));
            }
            if (!entry.gone) {
                return entry;
            }
            entry.turn.give();
        }
    }

    private void leave(ConnectionId id, Entry entry) {
        if (entry.standing == null) {
            entry.gone = true;
            entries.remove(id, entry);
        }
        entry.turn.give();
    }

    /** The time that closing gets when the call that failed may have used up its own. */
    static Caller closing(Call call) {
        return call.caller().until(null);
    }

    /** The connections that stand now. */
    public List<Standing> standing() {
        var all = new ArrayList<Standing>();
        for (var entry : entries.values()) {
            var standing = entry.standing;
            if (standing != null) {
                all.add(standing);
            }
        }
        return all;
    }

    /** One connection that stands. */
    public Optional<Standing> standing(ConnectionId id) {
        return Optional.ofNullable(entries.get(id)).map(entry -> entry.standing);
    }

    /** How many connections stand or are being made. */
    public int size() {
        return entries.size();
    }

    /** Closes a connection from the top of the chain, in a task of its own; does nothing when it is gone. */
    public void closeLater(ConnectionId id, String why) {
        scheduler.spawn("close " + id, () -> {
            var standing = standing(id);
            if (standing.isPresent()) {
                LOG.log(System.Logger.Level.INFO, "closing connection={0} reason={1}", id, why);
                close(standing.get());
            }
        });
    }

    /**
     * Closes a connection as {@link #closeLater(ConnectionId, String)} does, but lets the event that runs end first,
     * and then asks whether the reason still holds: a refresh that is just under way is not called off by a timer.
     *
     * @param stillDue asked once no event runs
     */
    public void closeLater(ConnectionId id, String why, BooleanSupplier stillDue) {
        scheduler.spawn("close " + id, () -> {
            var entry = entries.get(id);
            if (entry != null && entry.turn.take(PATIENCE)) {
                entry.turn.give();
            }
            if (stillDue.getAsBoolean()) {
                closeLater(id, why);
            }
        });
    }

    private void close(Standing standing) {
        try {
            top().close(standing.request().connection(), self(CLOSING));
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "close failed connection={0} reason={1}",
                    standing.answer().id(),
                    e.getMessage());
        }
    }

    /** Closes every connection that stands, one after another; for the end of a program. */
    public void closeAll() {
        standing().forEach(this::close);
    }

    /**
     * Asks for a connection again from the top of the chain, with the answer of last time.
     *
     * @param change what to ask for differently
     * @param most how long it may take
     * @return the new answer, seen from the asker; empty when the connection is gone
     * @throws Refused as the chain says; {@link Refused.Reason#CANCELLED} when another request or a close came first,
     *     so that what was closed never comes back
     */
    public Optional<Connection> requestAgain(ConnectionId id, UnaryOperator<Connection> change, Duration most) {
        var standing = standing(id);
        if (standing.isEmpty()) {
            return Optional.empty();
        }
        var last = standing.get();
        var asked = last.request().connection();
        var again = last.answer()
                .withId(asked.id())
                .withPath(last.answer().path().at(asked.path().index()));
        var request = new Request(change.apply(again), last.request().preferences());
        return Optional.of(top().again(request, self(most), last));
    }

    /** Asks for another endpoint: the path is cut to our own segment, so the hops behind get fresh ids. */
    public Optional<Connection> reselect(ConnectionId id, Duration most) {
        return requestAgain(
                id,
                connection -> connection
                        .withState(Connection.State.RESELECT_REQUESTED)
                        .withEndpoint("")
                        .withMechanism(null)
                        .withPath(connection.path().trimmed()),
                most);
    }

    private Chain top() {
        return Objects.requireNonNull(chain, "the table is part of a chain");
    }

    private Caller self(Duration most) {
        return Caller.selfUntil(scheduler.now().plus(most));
    }
}
