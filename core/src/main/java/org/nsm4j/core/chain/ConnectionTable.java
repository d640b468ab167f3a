package org.nsm4j.core.chain;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Entries.Entry;
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
@Does("keeps the connections: one event at a time for each, the last one wins")
public final class ConnectionTable implements Element {
    private static final System.Logger LOG = System.getLogger(ConnectionTable.class.getName());
    /** How long an event waits for its turn when the caller set no deadline. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** How long a Close at the end of the program may take. */
    private static final Duration CLOSING = Duration.ofSeconds(15);
    /** An event of our own waits until it has its turn: nobody would repeat it. */
    private static final Duration LONG_PATIENCE = Duration.ofDays(1);

    private final Scheduler scheduler;
    private final Entries entries;
    private final AtomicLong generations = new AtomicLong();
    private volatile @Nullable Chain chain;

    /** An empty table. */
    public ConnectionTable(Scheduler scheduler) {
        this.scheduler = scheduler;
        this.entries = new Entries(scheduler);
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
     * @param generation differs for each request that worked
     * @param left whether the path behind was closed to make room for another that did not come about: the connection is
     *     wanted, and has no wire
     */
    public record Standing(
            Request request,
            Connection answer,
            Connection outgoing,
            @Nullable Url next,
            long generation,
            boolean left) {

        /** The same although a refresh failed; the outgoing leg is what the next hop last answered. */
        private Standing after(Attempt failed) {
            var answered = failed.answered();
            if (answered != null) {
                return new Standing(request, answer, answered, failed.next(), generation, false);
            }
            return failed.hasLeft() ? new Standing(request, answer, outgoing, next, generation, true) : this;
        }

        /** What is closed is what stands, not what the caller remembers (B-6), but under the tokens that it sends. */
        private Connection closedBy(Call call) {
            return answer.withPath(answer.path().withFirst(call.connection().path()));
        }

        /** What was answered, as the one who asked knows it. */
        private Connection seenByAsker() {
            var asked = request.connection();
            return answer.withId(asked.id())
                    .withPath(answer.path().at(asked.path().index()));
        }
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var id = call.id();
        if (id.isNone()) {
            throw new Refused(Refused.Reason.INVALID, "connection id: empty (expected: the path upkeep gave one)");
        }
        var entry = entries.take(id, patience(call));
        try {
            refuseIfOvertaken(call, entry);
            return requestInTurn(call, rest, entry);
        } finally {
            entries.leave(id, entry);
        }
    }

    private Connection requestInTurn(Call call, Rest rest, Entry entry) {
        var origin = originOf(call, entry.standing);
        call.attempt().learn(origin);
        // healing keeps the old path until the new one stands; a hop that is told to reselect closes first (B-7)
        if (origin == Origin.RESELECT && entry.standing != null && call.attempt().generation == 0) {
            closeStanding(call, rest, entry);
        }
        var standing = entry.standing;
        var attempt = attempt(origin, entry);
        entry.running = attempt;
        Connection answer;
        try {
            answer = rest.request(call.within(attempt)).withState(Connection.State.UP);
        } catch (RuntimeException | Error e) {
            entry.standing = standing == null ? null : standing.after(attempt);
            throw e;
        } finally {
            entry.running = null;
        }
        // a Close that came too late to call this off is next, and finds what there is to close
        var end = Objects.requireNonNull(attempt.answered(), "the end of the chain answered");
        long generation = generations.incrementAndGet();
        entry.standing = new Standing(call.incoming(), answer, end, attempt.next(), generation, false);
        entry.held = attempt.holdings.kept();
        releaseRest(call, attempt);
        attempt.afterwards().ifPresent(work -> scheduler.spawn("leave the former path of " + call.id(), work));
        return answer;
    }

    /** What stands is known to the attempt, unless it was closed already to make room. */
    private Attempt attempt(Origin origin, Entry entry) {
        var standing = entry.standing;
        var staying = standing == null || standing.left() ? null : standing;
        var attempt = new Attempt(
                origin,
                staying == null ? null : staying.outgoing(),
                staying == null ? null : staying.next(),
                entry.held,
                scheduler::nanoTime);
        if (standing != null && standing.left()) {
            attempt.leave();
        }
        return attempt;
    }

    private static void releaseRest(Call call, Attempt attempt) {
        try {
            attempt.holdings.releaseRest();
        } catch (RuntimeException | Error e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "connection {0}: releasing what the last request left behind failed: {1}",
                    call.id(),
                    e);
        }
    }

    private static void refuseIfOvertaken(Call call, Entry entry) {
        long about = call.attempt().generation;
        var standing = entry.standing;
        if (about != 0 && (standing == null || standing.generation() != about)) {
            throw new Overtaken();
        }
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
        if (!known || path.next().isEmpty()) {
            return Origin.FIRST;
        }
        return call.connection().state() == Connection.State.RESELECT_REQUESTED ? Origin.RESELECT : Origin.ADOPT;
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
        if (call.attempt().generation == 0) {
            callOff(id);
        }
        var entry = entries.take(id, closePatience(call));
        try {
            refuseIfOvertaken(call, entry);
            closeInTurn(call, rest, entry);
        } finally {
            entries.leave(id, entry);
        }
    }

    private void callOff(ConnectionId id) {
        var running = entries.known(id).map(entry -> entry.running).orElse(null);
        if (running != null) {
            try {
                running.cancel();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "connection {0}: calling a request off failed: {1}", id, e);
            }
        }
    }

    private void closeInTurn(Call call, Rest rest, Entry entry) {
        var standing = entry.standing;
        var closing = call.within(attempt(Origin.REFRESH, entry));
        if (standing != null) {
            closing = closing.with(new Request(standing.closedBy(call), List.of()))
                    .towards(standing.next());
        }
        Throwable failure = null;
        try {
            rest.close(closing);
        } catch (RuntimeException | Error e) {
            if (isForbiddenHere(e)) {
                throw e;
            }
            failure = e;
        }
        entry.standing = null;
        var held = new ArrayList<>(entry.held.values());
        entry.held = new LinkedHashMap<>();
        Holdings.release(held, failure);
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }

    /** What the caller may not close stays; what only the next hop did not allow is closed here all the same. */
    private static boolean isForbiddenHere(Throwable failure) {
        return failure instanceof Refused refused
                && refused.reason() == Refused.Reason.NOT_AUTHORIZED
                && refused.hop().isEmpty();
    }

    private Duration patience(Call call) {
        var deadline = call.caller().deadline();
        return deadline == null ? PATIENCE : Duration.between(scheduler.now(), deadline);
    }

    /** Whoever asks for a close forgets the connection, and will not ask again: it waits longer than its caller. */
    private Duration closePatience(Call call) {
        if (call.attempt().generation != 0) {
            return LONG_PATIENCE;
        }
        return patience(call).compareTo(PATIENCE) < 0 ? PATIENCE : patience(call);
    }

    /** The time that closing gets when the call that failed may have used up its own. */
    private static Caller closing(Call call) {
        return call.caller().until(null);
    }

    /** The call by which what a request established, as it was answered, is closed again. */
    static Call closing(Call call, Connection answer) {
        return call.with(new Request(answer, List.of()))
                .by(closing(call))
                .within(call.attempt().closing());
    }

    /** The connections that stand now. */
    public List<Standing> standing() {
        return entries.all().stream()
                .flatMap(entry -> Stream.ofNullable(entry.standing))
                .toList();
    }

    /** One connection that stands. */
    public Optional<Standing> standing(ConnectionId id) {
        return entries.known(id).map(entry -> entry.standing);
    }

    /** The connections that stand, are being made or are being closed, as this role knows them. */
    public Set<ConnectionId> ids() {
        return entries.ids();
    }

    /** How many connections stand or are being made. */
    public int size() {
        return entries.all().size();
    }

    /**
     * Closes a connection from the top of the chain, in a task of its own, after what runs for it now; does nothing
     * when it was gone, or renewed by another request, before its turn came.
     */
    public void closeLater(ConnectionId id, String why) {
        standing(id)
                .ifPresent(standing -> scheduler.spawn("close " + id, () -> {
                    LOG.log(System.Logger.Level.INFO, "closing connection={0} reason={1}", id, why);
                    close(standing, Caller.SELF, standing.generation());
                }));
    }

    /**
     * Closes a connection as {@link #closeLater(ConnectionId, String)} does, if the reason still holds when the task runs.
     *
     * @param stillDue whether it does
     */
    public void closeLater(ConnectionId id, String why, BooleanSupplier stillDue) {
        if (stillDue.getAsBoolean()) {
            closeLater(id, why);
        }
    }

    private void close(Standing standing, Caller caller, long generation) {
        try {
            top().close(standing.seenByAsker(), caller, generation);
        } catch (Overtaken e) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "not closed: connection={0} is gone or was renewed",
                    standing.answer().id());
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
        standing().forEach(standing -> close(standing, self(CLOSING), 0));
    }

    /**
     * Asks for a connection again from the top of the chain, with the answer of last time.
     *
     * @param change what to ask for differently; may be asked again when another request came first
     * @param most how long it may take
     * @return the new answer, seen from the asker; empty when the connection is gone
     */
    public Optional<Connection> requestAgain(ConnectionId id, UnaryOperator<Connection> change, Duration most) {
        var caller = self(most);
        for (var standing = standing(id); standing.isPresent(); standing = standing(id)) {
            var last = standing.get();
            var request =
                    new Request(change.apply(last.seenByAsker()), last.request().preferences());
            try {
                return Optional.of(top().request(request, caller, last.generation()));
            } catch (Overtaken e) {
                LOG.log(System.Logger.Level.DEBUG, "asking again for connection={0}, which changed meanwhile", id);
            }
        }
        return Optional.empty();
    }

    /**
     * Asks for another endpoint: the path is cut to our own segment, so the hops behind get fresh ids, and what the last
     * endpoint gave is forgotten. The old path stays until the new one stands, or for good where that fails, unless the
     * end of the chain finds that both cannot stand at once.
     */
    public Optional<Connection> reselect(ConnectionId id, Duration most) {
        return requestAgain(id, Elsewhere::from, most);
    }

    private Chain top() {
        return Objects.requireNonNull(chain, "the table is part of a chain");
    }

    private Caller self(Duration most) {
        return Caller.selfUntil(scheduler.now().plus(most));
    }
}
