package org.nsm4j.testkit.fake;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.model.WireReport;
import org.nsm4j.core.schedule.Scheduler;

/**
 * What a forwarder hears of its wires from a fake kernel, and of other nodes by pinging them: of an interface that somebody
 * took away at once, of a node that does not answer a moment later; each time once, until the wire is asked for again.
 *
 * <p>Place: in forwarders, right before the element that plugs.
 */
public final class FakeWatch implements Element {
    /** How long a node is silent until it counts as lost: three pings. */
    public static final Duration SILENCE = Duration.ofMillis(300);

    private final Predicate<String> answers;
    private final Scheduler scheduler;
    private final BiConsumer<ConnectionId, WireReport.Lost> told;
    private final List<Watched> all = new ArrayList<>();
    private final Set<String> lostNodes = new HashSet<>();

    /**
     * Watches the wires of one forwarder.
     *
     * @param answers whether a node answers pings at this moment
     * @param told whose wire does not work
     */
    public FakeWatch(Predicate<String> answers, Scheduler scheduler, BiConsumer<ConnectionId, WireReport.Lost> told) {
        this.answers = answers;
        this.scheduler = scheduler;
        this.told = told;
    }

    private final class Watched implements AutoCloseable {
        final ConnectionId id;
        final FakeWire.Wire wire;
        private boolean lost;

        Watched(ConnectionId id, FakeWire.Wire wire) {
            this.id = id;
            this.wire = wire;
            all.add(this);
        }

        private void tell(WireReport.Lost report) {
            if (!lost && !wire.isSucceeded()) {
                lost = true;
                told.accept(id, report);
            }
        }

        private boolean leadsTo(String node) {
            return wire.links().stream()
                    .anyMatch(link -> link.far() instanceof FakeKernel.Far.Tunnel tunnel
                            && tunnel.node().equals(node));
        }

        private void look() {
            if (all.contains(this) && !wire.isSucceeded() && !wire.stands()) {
                tell(new WireReport.Lost(WireReport.Loss.LINK, scheduler.now(), "an interface is gone"));
            }
        }

        @Override
        public void close() {
            all.remove(this);
        }
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var answer = rest.request(call);
        call.held(FakeWire.Wire.class).ifPresent(wire -> keep(call, wire));
        return answer;
    }

    private void keep(Call call, FakeWire.Wire wire) {
        var held = call.held(Watched.class).filter(watched -> watched.wire == wire);
        if (held.isPresent()) {
            var watched = call.hold(Watched.class, held::get);
            watched.lost = false;
            watched.look();
        } else {
            call.replace(Watched.class, () -> new Watched(call.id(), wire));
        }
    }

    /** Somebody took an interface away. */
    public void torn(FakeKernel.Place place) {
        scheduler.spawn("look at " + place, () -> List.copyOf(all).forEach(Watched::look));
    }

    /** Some node may answer no more, or again. */
    public void doubt() {
        scheduler.after(SILENCE, "ping", this::judge);
    }

    private void judge() {
        var worked = scheduler.now().minus(SILENCE);
        for (var node : leadTo()) {
            if (answers.test(node)) {
                lostNodes.remove(node);
            } else if (lostNodes.add(node)) {
                var report =
                        new WireReport.Lost(WireReport.Loss.NODE, worked, "node %s does not answer".formatted(node));
                for (var watched : List.copyOf(all)) {
                    if (watched.leadsTo(node)) {
                        watched.tell(report);
                    }
                }
            }
        }
    }

    private List<String> leadTo() {
        var nodes = new ArrayList<>(lostNodes);
        for (var watched : all) {
            for (var link : watched.wire.links()) {
                if (link.far() instanceof FakeKernel.Far.Tunnel tunnel && !nodes.contains(tunnel.node())) {
                    nodes.add(tunnel.node());
                }
            }
        }
        return nodes;
    }

    /** Whether a URL leads to a node that is known not to answer. */
    public boolean isLost(Url url) {
        return !url.isLocal() && lostNodes.contains(url.host());
    }
}
