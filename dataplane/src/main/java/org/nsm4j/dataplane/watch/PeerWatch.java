package org.nsm4j.dataplane.watch;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.model.WireReport;
import org.nsm4j.core.schedule.Guard;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.linux.netns.OpenNetns;
import org.nsm4j.linux.socket.PingWatch;

/**
 * Whether the nodes that wires lead to answer: one pinger for each, whatever the number of wires, as long as there is one.
 *
 * <p>With many nodes the pings become rarer, so that all together they cost no more than those of a few.
 */
public final class PeerWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PeerWatch.class.getName());
    private static final Duration SHORTEST = Duration.ofMillis(75);
    /** What each node adds to the interval: all pings together are at most 50 a second. */
    private static final Duration EACH = Duration.ofMillis(20);

    private static final int MISSES = 3;

    private final OpenNetns node;
    private final Scheduler scheduler;
    private final Guard guard;
    private final Map<InetAddress, Peer> peers = new ConcurrentHashMap<>();

    /** Pings from a node's namespace, which must stay open as long as this. */
    public PeerWatch(OpenNetns node, Scheduler scheduler) {
        this.node = node;
        this.scheduler = scheduler;
        this.guard = new Guard(scheduler);
    }

    /** One node, and those who want to know; made and ended in the guard. */
    private final class Peer implements PingWatch.Listener {
        private final InetAddress address;
        private final List<Member> members = new CopyOnWriteArrayList<>();
        private final PingWatch pings;
        private volatile boolean lost;

        Peer(InetAddress address) {
            this.address = address;
            this.pings = PingWatch.start(node, address, new PingWatch.Rhythm(PeerWatch.this::interval, MISSES), this);
        }

        @Override
        public void lost(Instant lastAnswer) {
            lost = true;
            var text = "node %s does not answer".formatted(address.getHostAddress());
            LOG.log(System.Logger.Level.WARNING, "{0} wires={1}", text, members.size());
            var report = new WireReport.Lost(WireReport.Loss.NODE, lastAnswer, text);
            scheduler.spawn("node lost", () -> members.forEach(each -> each.told.accept(report)));
        }

        @Override
        public void back() {
            lost = false;
            LOG.log(System.Logger.Level.INFO, "node {0} answers again", address.getHostAddress());
        }
    }

    /** One who wants to know of a node. */
    private final class Member implements AutoCloseable {
        private final InetAddress address;
        private final Consumer<WireReport.Lost> told;

        Member(InetAddress address, Consumer<WireReport.Lost> told) {
            this.address = address;
            this.told = told;
        }

        @Override
        public void close() {
            guard.run(() -> peers.computeIfPresent(address, (key, peer) -> {
                peer.members.remove(this);
                if (!peer.members.isEmpty()) {
                    return peer;
                }
                peer.pings.close();
                return null;
            }));
        }
    }

    private Duration interval() {
        var shared = EACH.multipliedBy(peers.size());
        return shared.compareTo(SHORTEST) > 0 ? shared : SHORTEST;
    }

    /**
     * Wants to know when a node does not answer any more.
     *
     * @param told from a task of its own
     * @return ends it
     */
    AutoCloseable join(InetAddress address, Consumer<WireReport.Lost> told) {
        return guard.call(() -> {
            var member = new Member(address, told);
            Objects.requireNonNull(peers.computeIfAbsent(address, Peer::new))
                    .members
                    .add(member);
            return member;
        });
    }

    /** Whether a URL leads to a node that is known not to answer. */
    public boolean isLost(Url url) {
        if (url.isLocal()) {
            return false;
        }
        var host = url.host();
        return peers.values().stream()
                .anyMatch(peer -> peer.lost && peer.address.getHostAddress().equals(host));
    }

    @Override
    public void close() {
        peers.values().forEach(peer -> peer.pings.close());
    }
}
