package org.nsm4j.core.life;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.schedule.Guard;

/** The stream of events of one next hop, and our connections through it. What it keeps belongs to the guard. */
final class NextHop implements Hop.Listener {
    private final Url url;
    private final String ownName;
    private final Guard guard;
    private final Events events;
    private final Map<ConnectionId, List<Leg>> legs = new HashMap<>();
    private volatile boolean ended;
    private @Nullable AutoCloseable stream;

    NextHop(Url url, String ownName, Guard guard, Events events) {
        this.url = url;
        this.ownName = ownName;
        this.guard = guard;
        this.events = events;
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

        /** What our connection becomes by the other hop's report of it. */
        private Connection relayed(Connection own, Connection reported, boolean deleted) {
            var path = reported.path().at(index);
            // our own answer may differ from the other hop's; only what it changes since counts
            var context = answered == null || reported.context().equals(answered) ? own.context() : reported.context();
            return own.withPath(path)
                    .withContext(context)
                    .withState(deleted ? Connection.State.DOWN : reported.state());
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
        for (var reported : event.connections()) {
            var leg = guard.call(() -> legOf(reported));
            if (leg.isPresent()) {
                boolean deleted = event.kind() == ConnectionEvent.Kind.DELETE;
                boolean initial = event.kind() == ConnectionEvent.Kind.INITIAL_STATE_TRANSFER;
                UnaryOperator<Connection> change = own -> initial && own.state() == reported.state()
                        ? own
                        : leg.get().relayed(own, reported, deleted);
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
        }
    }
}
