package org.nsm4j.core.life;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.chain.Origin;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.model.WireReport;
import org.nsm4j.core.schedule.Scheduler;

/**
 * While a node is drained, its endpoints get no new connections, and whoever has one of theirs is told now and then to look
 * for another endpoint. A connection works until its client has moved; where there is no other endpoint, it stays.
 *
 * <p>Place: in forwarders, right after the element that says where a request goes, which then tries the next candidate.
 */
@Does("leads new connections past this node's endpoints, and has the present ones moved, while the node is drained")
public final class Drain implements Element {
    /** How often those that are left are told. */
    static final Duration AGAIN = Duration.ofSeconds(5);

    private final String node;
    private final Events events;
    private final Scheduler scheduler;
    private final Set<ConnectionId> here = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;
    private volatile Scheduler.Timer next = () -> {};

    /**
     * Drains nothing yet.
     *
     * @param node its name, for those who are told
     * @param events where they hear of it
     */
    public Drain(String node, Events events, Scheduler scheduler) {
        this.node = node;
        this.events = events;
        this.scheduler = scheduler;
    }

    /** A connection of an endpoint of this node. */
    private final class Here implements AutoCloseable {
        private final ConnectionId id;

        Here(ConnectionId id) {
            this.id = id;
            here.add(id);
        }

        @Override
        public void close() {
            here.remove(id);
        }
    }

    @Override
    public Connection request(Call call, Rest rest) {
        if (call.next().filter(Url::isLocal).isEmpty()) {
            return rest.request(call);
        }
        if (draining && (call.origin() == Origin.FIRST || call.origin() == Origin.RESELECT)) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "endpoint: %s is on node %s, which is being drained (expected: one on another node)"
                            .formatted(call.connection().endpoint(), node));
        }
        call.hold(Here.class, () -> new Here(call.id()));
        return rest.request(call);
    }

    /** Drains from now on, or does not any more. Does nothing where it is so already. */
    public void drain(boolean on) {
        boolean before = draining;
        draining = on;
        if (on && !before) {
            tell();
        } else if (!on) {
            next.close();
        }
    }

    private void tell() {
        if (!draining) {
            return;
        }
        var report = new WireReport.Lost(
                WireReport.Loss.DRAINED, scheduler.now(), "node %s is being drained".formatted(node));
        here.forEach(id -> events.change(id, connection -> WireReport.down(connection, report)));
        next = scheduler.after(AGAIN, "drain", this::tell);
    }

    /** Whether it drains. */
    public boolean isDraining() {
        return draining;
    }

    /** How many connections end at this node's endpoints. */
    public int left() {
        return here.size();
    }
}
