package org.nsm4j.dataplane.watch;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.WireReport;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.dataplane.wire.LinkState;
import org.nsm4j.dataplane.wire.Plumbing;
import org.nsm4j.dataplane.wire.Wire;
import org.nsm4j.linux.net.NetworkEvent;
import org.nsm4j.linux.net.NetworkWatch;
import org.nsm4j.linux.netns.OpenNetns;

/**
 * The wires of a node that stand, and what becomes of them: a link that goes or loses its carrier, an address or a route of it
 * that somebody takes away, as the kernel tells, and another node that does not answer ({@link PeerWatch}). Nothing is polled
 * for a link, and nothing runs without wires.
 *
 * <p>What the kernel tells is a hint: the links are looked at before anybody is told, since the news of a wire's making, or of
 * its making room for another, come late. Of addresses and routes it is told a moment later what is still missing then, and for
 * one wire once a second at most: whoever takes them away may be a program that does not give in.
 */
public final class WireWatch implements Watcher, AutoCloseable {
    /** How long after an address or a route went it is missed: our own work takes some away and brings others. */
    private static final Duration SETTLE = Duration.ofMillis(20);

    private static final Duration BETWEEN = Duration.ofSeconds(1);

    private final OpenNetns node;
    private final LinkState links;
    private final PeerWatch peers;
    private final Scheduler scheduler;
    private final BiConsumer<ConnectionId, WireReport.Lost> told;
    private final Map<Plumbing.Spot, Watched> bySpot = new ConcurrentHashMap<>();
    private final Set<Watched> all = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable NetworkWatch> news = new AtomicReference<>();

    /**
     * Watches a node's wires.
     *
     * @param node its namespace, which must stay open as long as this
     * @param links how the links of a wire are
     * @param peers whether other nodes answer
     * @param told which connection's wire does not work, from a task of its own
     */
    public WireWatch(
            OpenNetns node,
            LinkState links,
            PeerWatch peers,
            Scheduler scheduler,
            BiConsumer<ConnectionId, WireReport.Lost> told) {
        this.node = node;
        this.links = links;
        this.peers = peers;
        this.scheduler = scheduler;
        this.told = told;
    }

    private final class Watched implements Watch {
        private final ConnectionId id;
        private final Plumbing.Plugged plugged;
        private final List<Plumbing.Spot> spots;
        private final Optional<AutoCloseable> peer;
        /** Told of once, until it is asked for again. */
        private final AtomicBoolean lost = new AtomicBoolean();

        private final Stripped stripped;
        private final AtomicBoolean looking = new AtomicBoolean();
        private volatile Instant toldStripped = Instant.EPOCH;

        private Watched(ConnectionId id, Plumbing.Plugged plugged) {
            this.id = id;
            this.plugged = plugged;
            this.spots = plugged.spots();
            this.stripped = new Stripped(plugged);
            this.peer = plugged.wire() instanceof Wire.Remote remote
                    ? Optional.of(peers.join(remote.tunnel().remote(), report -> tell(this, report)))
                    : Optional.empty();
        }

        @Override
        public boolean goesOn(Plumbing.Plugged asked) {
            boolean same = plugged == asked && spots.equals(asked.spots());
            if (same && lost.getAndSet(false)) {
                look(this);
                lookForStripped(this, SETTLE);
            }
            return same;
        }

        @Override
        public void close() throws Exception {
            all.remove(this);
            spots.forEach(spot -> bySpot.remove(spot, this));
            if (peer.isPresent()) {
                peer.get().close();
            }
        }
    }

    @Override
    public Watch watch(ConnectionId id, Plumbing.Plugged plugged) {
        listen();
        var watched = new Watched(id, plugged);
        all.add(watched);
        watched.spots.forEach(spot -> bySpot.put(spot, watched));
        return watched;
    }

    private void listen() {
        if (news.get() == null) {
            var opened = NetworkWatch.start(node, this::heard);
            if (!news.compareAndSet(null, opened)) {
                opened.close();
            }
        }
    }

    /** On the thread of the kernel's news, which must not wait. */
    private void heard(NetworkEvent event) {
        switch (event) {
            case NetworkEvent.LinkGone(var nsid, var link) -> doubt(new Plumbing.Spot(nsid, link.index()));
            case NetworkEvent.LinkChanged(var nsid, var link) -> {
                if (!link.up() || !link.running()) {
                    doubt(new Plumbing.Spot(nsid, link.index()));
                }
            }
            case NetworkEvent.NamespaceGone(var nsid) ->
                bySpot.keySet().stream().filter(spot -> spot.nsid() == nsid).forEach(this::doubt);
            case NetworkEvent.Lost() ->
                all.forEach(each -> {
                    each.stripped.forget();
                    look(each);
                });
            case NetworkEvent.AddressChanged(var nsid, var address) ->
                strip(new Plumbing.Spot(nsid, address.link()), event);
            case NetworkEvent.AddressGone(var nsid, var address) ->
                strip(new Plumbing.Spot(nsid, address.link()), event);
            case NetworkEvent.RouteChanged(var nsid, var route) -> strip(new Plumbing.Spot(nsid, route.link()), event);
            case NetworkEvent.RouteGone(var nsid, var route) -> strip(new Plumbing.Spot(nsid, route.link()), event);
        }
    }

    private void strip(Plumbing.Spot spot, NetworkEvent event) {
        var watched = bySpot.get(spot);
        if (watched != null && watched.stripped.heard(spot, event)) {
            lookForStripped(watched, SETTLE);
        }
    }

    private void lookForStripped(Watched watched, Duration wait) {
        if (!watched.looking.compareAndSet(false, true)) {
            return;
        }
        scheduler.after(wait, "look at the addresses of " + watched.id, () -> {
            watched.looking.set(false);
            var missing = watched.stripped.missing();
            var now = scheduler.now();
            if (missing.isEmpty()) {
                return;
            }
            if (watched.toldStripped.plus(BETWEEN).isAfter(now)) {
                lookForStripped(watched, BETWEEN);
            } else if (tell(watched, new WireReport.Lost(WireReport.Loss.STRIPPED, now.minus(wait), missing))) {
                watched.toldStripped = now;
            }
        });
    }

    private void doubt(Plumbing.Spot spot) {
        var watched = bySpot.get(spot);
        if (watched != null) {
            look(watched);
        }
    }

    private void look(Watched watched) {
        scheduler.spawn("look at the wire of " + watched.id, () -> {
            if (all.contains(watched) && !watched.plugged.isSucceeded()) {
                var missing = watched.spots.stream()
                        .flatMap(spot -> links.trouble(spot).stream())
                        .collect(Collectors.joining("; "));
                if (!missing.isEmpty()) {
                    tell(watched, new WireReport.Lost(WireReport.Loss.LINK, scheduler.now(), missing));
                }
            }
        });
    }

    private boolean tell(Watched watched, WireReport.Lost report) {
        boolean news =
                all.contains(watched) && !watched.plugged.isSucceeded() && watched.lost.compareAndSet(false, true);
        if (news) {
            told.accept(watched.id, report);
        }
        return news;
    }

    /** How many wires are watched. */
    public int size() {
        return all.size();
    }

    @Override
    public void close() {
        var open = news.getAndSet(null);
        if (open != null) {
            open.close();
        }
        peers.close();
    }
}
