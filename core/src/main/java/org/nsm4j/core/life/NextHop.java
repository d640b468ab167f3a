package org.nsm4j.core.life;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.model.WireReport;
import org.nsm4j.core.schedule.Guard;
import org.nsm4j.core.schedule.Scheduler;

/** The stream of events of one next hop, and our connections through it. What it keeps belongs to the guard. */
final class NextHop implements Hop.Listener {
    private final Url url;
    private final String ownName;
    private final Guard guard;
    private final Events events;
    private final Scheduler scheduler;
    private final Hop.@Nullable Directory endpoints;
    private final Map<ConnectionId, List<Leg>> legs = new HashMap<>();
    private volatile boolean ended;
    private @Nullable AutoCloseable stream;

    /**
     * A stream that is not open yet.
     *
     * @param endpoints where it is the endpoint itself: by which to find out whether that has ended
     */
    NextHop(
            Url url,
            String ownName,
            Guard guard,
            Events events,
            Scheduler scheduler,
            Hop.@Nullable Directory endpoints) {
        this.url = url;
        this.ownName = ownName;
        this.guard = guard;
        this.events = events;
        this.scheduler = scheduler;
        this.endpoints = endpoints;
    }

    /** One connection through this hop: its id and place here, and what the hop last answered. */
    static final class Leg {
        private final ConnectionId id;
        private final int index;
        private volatile @Nullable Context answered;

        Leg(ConnectionId id, int index) {
            this.id = id;
            this.index = index;
        }

        void answered(Connection answer) {
            answered = answer.context();
        }

        /** What our connection becomes by the other hop's report of it; itself where the report is of another path. */
        private Connection relayed(Connection own, Connection reported, boolean deleted, Instant now) {
            if (!isSamePath(own, reported)) {
                return own;
            }
            // of the hops up to here we know more ourselves than whoever is behind
            var path = (deleted ? closed(reported, now) : reported.path().at(index)).withFirst(own.path());
            // our own answer may differ from the other hop's; only what it changes since counts
            var context = answered == null || reported.context().equals(answered) ? own.context() : reported.context();
            return own.withPath(path)
                    .withContext(context)
                    .withState(deleted ? Connection.State.DOWN : reported.state());
        }

        /** One connection may have two paths for a while: the one that it leaves, and the one that it moves to. */
        private boolean isSamePath(Connection own, Connection reported) {
            var ours = own.path().segment(index + 1);
            var theirs = reported.path().segment(index + 1);
            return ours.isEmpty()
                    || theirs.isEmpty()
                    || ours.get().id().equals(theirs.get().id());
        }

        private Path closed(Connection reported, Instant now) {
            var path = reported.path().at(index);
            var next = path.next();
            if (next.isEmpty() || WireReport.lost(reported).isPresent()) {
                return path;
            }
            var by = "closed by " + next.get().name();
            return path.with(
                    index + 1, WireReport.lost(next.get(), new WireReport.Lost(WireReport.Loss.CLOSED, now, by)));
        }
    }

    Url url() {
        return url;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Adds a connection; in the guard. */
    void add(Leg leg) {
        legs.computeIfAbsent(leg.id, each -> new ArrayList<>()).add(leg);
    }

    /** Removes a connection; in the guard. Whether none is left. */
    boolean remove(Leg leg) {
        var same = legs.get(leg.id);
        if (same != null && same.remove(leg) && same.isEmpty()) {
            legs.remove(leg.id);
        }
        return legs.isEmpty();
    }

    /** Whether no connection goes through it; in the guard. */
    boolean isEmpty() {
        return legs.isEmpty();
    }

    /** Opens the stream; may take a while. */
    void open(Hop.Directory hops) {
        try {
            var opened = hops.at(url).monitor(Selector.ofHop(ownName, ConnectionId.NONE), this);
            boolean needless = guard.call(() -> {
                stream = opened;
                return ended;
            });
            if (needless) {
                close();
            }
        } catch (Refused e) {
            ended(e);
        }
    }

    void close() {
        ended = true;
        var open = guard.call(() -> {
            var present = stream;
            stream = null;
            return Optional.ofNullable(present);
        });
        try {
            if (open.isPresent()) {
                open.get().close();
            }
        } catch (Exception e) {
            throw new IllegalStateException("cannot end the watch of %s".formatted(url), e);
        }
    }

    @Override
    public void event(ConnectionEvent event) {
        var now = scheduler.now();
        for (var reported : event.connections()) {
            var leg = guard.call(() -> legOf(reported));
            if (leg.isPresent()) {
                boolean deleted = event.kind() == ConnectionEvent.Kind.DELETE;
                boolean initial = event.kind() == ConnectionEvent.Kind.INITIAL_STATE_TRANSFER;
                UnaryOperator<Connection> change = own -> initial && own.state() == reported.state()
                        ? own
                        : leg.get().relayed(own, reported, deleted, now);
                events.change(leg.get().id, change);
            }
        }
    }

    /** Ours among the reported: the other hop sees it from our place, or from its own right behind. */
    private Optional<Leg> legOf(Connection reported) {
        var path = reported.path();
        for (int index : new int[] {path.index() - 1, path.index()}) {
            var leg = path.segment(index)
                    .flatMap(segment -> legs.getOrDefault(segment.id(), List.of()).stream()
                            .filter(each -> each.index == index)
                            .findFirst());
            if (leg.isPresent()) {
                return leg;
            }
        }
        return Optional.empty();
    }

    @Override
    public void ended(Refused reason) {
        var broken = guard.call(() -> {
            boolean already = ended;
            ended = true;
            stream = null;
            return already ? List.<ConnectionId>of() : List.copyOf(legs.keySet());
        });
        // a hop that reports nothing at all is not one that broke
        if (reason.reason() != Refused.Reason.UNSUPPORTED) {
            broken.forEach(id -> events.change(id, own -> own.withState(Connection.State.DOWN)));
            if (endpoints != null && !broken.isEmpty()) {
                var endpoint = endpoints.at(url);
                scheduler.spawn("look after " + url, () -> new Obituary(broken).ask(endpoint));
            }
        }
    }

    /** Asks an endpoint whose stream has broken for another: one that ended does not answer any more. */
    private final class Obituary implements Hop.Listener {
        private final List<ConnectionId> concerned;
        private final Instant worked = scheduler.now();
        private final AtomicReference<@Nullable AutoCloseable> question = new AtomicReference<>();
        private final AtomicBoolean answered = new AtomicBoolean();

        Obituary(List<ConnectionId> concerned) {
            this.concerned = concerned;
        }

        void ask(Hop endpoint) {
            question.set(endpoint.monitor(Selector.ofHop(ownName, ConnectionId.NONE), this));
            if (answered.get()) {
                end();
            }
        }

        /** It lives; what it knows, the next request's own stream will tell. */
        @Override
        public void event(ConnectionEvent event) {
            answered.set(true);
            end();
        }

        private void end() {
            var open = question.getAndSet(null);
            try {
                if (open != null) {
                    open.close();
                }
            } catch (Exception e) {
                throw new IllegalStateException("cannot end the watch of %s".formatted(url), e);
            }
        }

        @Override
        public void ended(Refused reason) {
            if (reason.reason() == Refused.Reason.UNAVAILABLE) {
                concerned.forEach(
                        id -> events.change(id, own -> own.state() == Connection.State.DOWN ? lost(own) : own));
            }
        }

        private Connection lost(Connection own) {
            var text = "endpoint %s has ended".formatted(own.endpoint());
            return WireReport.down(own, new WireReport.Lost(WireReport.Loss.ENDPOINT, worked, text));
        }
    }
}
