package org.nsm4j.dataplane.wire;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Links of this node that none of its connections accounts for: shown to the auditor, and removed when the time that is
 * written down for them is over and a grace has passed. What has no time written down gets the longest that a token may
 * live, counted from when it was first seen.
 *
 * <p>It looks at the start, when something falls due, and now and then; each time it takes one list of links for each
 * namespace that was plugged.
 */
public final class Leftovers implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Leftovers.class.getName());
    /** How long after the recorded time nothing is removed yet. */
    static final Duration GRACE = Duration.ofSeconds(60);

    private static final Duration LOOK = Duration.ofMinutes(5);
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final Inventory inventory;
    private final String node;
    private final WireLedger ledger;
    private final Supplier<Set<ConnectionId>> connected;
    private final Duration longestToken;
    private final Scheduler scheduler;
    private final Map<String, Instant> firstSeen = new ConcurrentHashMap<>();
    private volatile PeerGuard guard = PeerGuard.OPEN;
    private volatile Scheduler.Timer next = () -> {};
    private volatile boolean closed;

    /**
     * A link that belongs to no connection.
     *
     * @param owned which
     * @param removedAt when it is removed, unless its connection comes back
     */
    public record Leftover(Inventory.OwnedLink owned, Instant removedAt) {}

    /**
     * Of a node; nothing is removed before {@link #start}.
     *
     * @param node its name, as the aliases have it
     * @param inventory of its links
     * @param ledger until when they are wanted
     * @param connected the connections that stand or are being made now
     * @param longestToken what counts where nothing is written down
     */
    public Leftovers(
            String node,
            Inventory inventory,
            WireLedger ledger,
            Supplier<Set<ConnectionId>> connected,
            Duration longestToken,
            Scheduler scheduler) {
        this.node = node;
        this.inventory = inventory;
        this.ledger = ledger;
        this.connected = connected;
        this.longestToken = longestToken;
        this.scheduler = scheduler;
    }

    /**
     * Begins to remove.
     *
     * @param guard forgets whom only removed wires needed
     */
    public void start(PeerGuard guard) {
        this.guard = guard;
        scheduler.spawn("leftovers", this::sweep);
    }

    /** What belongs to no connection now. */
    public List<Leftover> find() {
        var candidates = candidates();
        if (candidates.isEmpty()) {
            return List.of();
        }
        // what was closed while the list was made is laid off by now
        var still = inventory.links().stream().map(Leftovers::place).collect(Collectors.toSet());
        candidates.removeIf(each -> !still.contains(place(each.owned)));
        return candidates;
    }

    private List<Leftover> candidates() {
        var links = inventory.links();
        var wanted = ledger.all();
        var owners = connected.get().stream()
                .map(id -> WireLedger.key(new Owner(node, id, 0)))
                .collect(Collectors.toSet());
        var now = scheduler.now();
        firstSeen.keySet().retainAll(links.stream().map(Leftovers::place).collect(Collectors.toSet()));
        var found = new ArrayList<Leftover>();
        for (var link : links) {
            var first = firstSeen.computeIfAbsent(place(link), any -> now);
            var key = link.owner().map(WireLedger::key).orElse("");
            boolean ours = link.owner().map(owner -> isOfThisNode(owner)).orElse(true);
            if (!ours
                    || owners.contains(key)
                    || (isUnderWay(link) && first.plus(GRACE).isAfter(now))) {
                continue;
            }
            var until = isUnderWay(link) ? first : wanted.getOrDefault(key, first.plus(longestToken));
            found.add(new Leftover(link, until.plus(GRACE)));
        }
        return found;
    }

    private boolean isOfThisNode(Owner owner) {
        return owner.sameConnection(new Owner(node, owner.connection(), 0));
    }

    /** Whether a link is in a state that lasts milliseconds when all is well. */
    private static boolean isUnderWay(Inventory.OwnedLink link) {
        return link.state() == Inventory.State.UNFINISHED || link.state() == Inventory.State.LAID_OFF;
    }

    private static String place(Inventory.OwnedLink owned) {
        return owned.nsid() + " " + owned.link().index() + " " + owned.state();
    }

    /** Removes what is due, and sees to it that it is asked again in time. */
    void sweep() {
        if (closed) {
            return;
        }
        var wait = LOOK;
        try {
            var now = scheduler.now();
            var left = find();
            for (var each : left) {
                if (!each.removedAt.isAfter(now)) {
                    remove(each.owned);
                }
            }
            strikeOut(left, now);
            guard.forgetUnused(inventory.peers());
            wait = left.stream()
                    .map(Leftover::removedAt)
                    .filter(at -> at.isAfter(now))
                    .min(Comparator.naturalOrder())
                    .map(at -> Duration.between(now, at))
                    .filter(due -> due.compareTo(LOOK) < 0)
                    .orElse(LOOK);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot look for leftovers: {0}", e.getMessage());
        }
        next = scheduler.after(wait.compareTo(SHORTEST) < 0 ? SHORTEST : wait, "leftovers", this::sweep);
    }

    private void remove(Inventory.OwnedLink owned) {
        try {
            inventory.delete(owned);
            LOG.log(
                    System.Logger.Level.INFO,
                    "removed leftover link={0} nsid={1} alias={2}",
                    owned.link().name(),
                    owned.nsid(),
                    owned.link().alias());
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "cannot remove leftover link={0} reason={1}",
                    owned.link().name(),
                    e.getMessage());
        }
    }

    /** What has neither a connection nor a link any more. */
    private void strikeOut(List<Leftover> left, Instant now) {
        var keys = left.stream()
                .flatMap(each -> each.owned.owner().stream())
                .map(WireLedger::key)
                .collect(Collectors.toSet());
        ledger.all().forEach((key, until) -> {
            if (until.plus(GRACE).isBefore(now) && !keys.contains(key) && !isConnected(key)) {
                ledger.strike(key);
            }
        });
    }

    private boolean isConnected(String key) {
        return connected.get().stream()
                .anyMatch(id -> WireLedger.key(new Owner(node, id, 0)).equals(key));
    }

    /** Removes, for a close, what a former process has plugged for a connection that this one does not know. */
    public void removeAllOf(ConnectionId id) {
        var owner = new Owner(node, id, 0);
        for (var link : inventory.links()) {
            if (link.owner().filter(owner::sameConnection).isPresent()) {
                inventory.delete(link);
            }
        }
        ledger.close(owner);
    }

    /** The connections, of those given, of which no link is there: what should be and is not. */
    public Set<ConnectionId> missing(Set<ConnectionId> standing) {
        var there = inventory.links().stream()
                .filter(each -> each.state() == Inventory.State.STANDS)
                .flatMap(each -> each.owner().stream())
                .map(WireLedger::key)
                .collect(Collectors.toSet());
        var missing = new HashSet<>(standing);
        missing.removeIf(id -> there.contains(WireLedger.key(new Owner(node, id, 0))));
        missing.retainAll(connected.get());
        return missing;
    }

    @Override
    public void close() {
        closed = true;
        next.close();
    }
}
