package org.nsm4j.testkit.fake;

import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.chain.Origin;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.model.WireReport;

/**
 * What a forwarder does to the kernel, on a fake one: plugs an interface into each workload that one of its legs ends
 * in, owned by the connection's id here, and takes it out when the connection closes. What it finds there under the
 * same id, because the forwarder restarted, it adopts. A client that moves keeps its former wire aside until that is closed.
 *
 * <p>Place: in forwarders, after the endpoint was selected and before the dial.
 */
public final class FakeWire implements Element {
    private final String maker;
    private final String node;
    private final FakeKernel kernel;
    /** Which wire has the client's end now, by the client's own id. */
    private final Map<ConnectionId, Wire> seated = new HashMap<>();

    /** Wires for a forwarder of this name, on a node of this name. */
    public FakeWire(String maker, String node, FakeKernel kernel) {
        this.maker = maker;
        this.node = node;
        this.kernel = kernel;
    }

    /** The interfaces of one connection. */
    final class Wire implements AutoCloseable {
        private final ConnectionId owner;
        private Map<FakeKernel.Place, FakeKernel.Link> links;
        private @Nullable Wire before;
        private @Nullable Wire after;
        private boolean closed;
        private long began;

        Wire(ConnectionId owner, Map<FakeKernel.Place, FakeKernel.Link> links) {
            this.owner = owner;
            this.links = new LinkedHashMap<>(links);
        }

        /** Another has its place, as is intended. */
        boolean isSucceeded() {
            return closed || (after != null && !after.closed);
        }

        List<FakeKernel.Link> links() {
            return List.copyOf(links.values());
        }

        boolean stands() {
            return links.keySet().stream()
                    .allMatch(place -> kernel.link(place)
                            .filter(link -> link.owner().equals(owner))
                            .isPresent());
        }

        private boolean hasShapeOf(Map<FakeKernel.Place, FakeKernel.Link> other) {
            return links.keySet().equals(other.keySet())
                    && links.values().stream()
                            .allMatch(link -> Optional.ofNullable(other.get(link.place()))
                                    .filter(each -> each.far().equals(link.far()))
                                    .isPresent());
        }

        private void change(Map<FakeKernel.Place, FakeKernel.Link> to) {
            to.values().forEach(kernel::put);
            links = new LinkedHashMap<>(to);
        }

        private Wire succeed(Wire former) {
            links.values().forEach(kernel::take);
            former.after = this;
            before = former;
            after = null;
            return this;
        }

        @Override
        public void close() {
            closed = true;
            links.keySet().forEach(place -> kernel.delete(place, owner));
            var former = before;
            if (former != null && !former.closed) {
                former.links.keySet().forEach(place -> kernel.giveBack(place, former.owner));
            }
            var successor = former == null || former.closed ? null : former;
            seated.replaceAll((client, wire) -> wire == this && successor != null ? successor : wire);
            seated.values().removeIf(wire -> wire == this);
        }
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var asked = asked(call);
        boolean local = call.next().map(Url::isLocal).orElse(false);
        Mechanism offer =
                local ? new Mechanism.Kernel(Map.of()) : new Mechanism.Vxlan(Map.of()).with(Mechanism.SRC_IP, node);
        var answer = rest.request(call.offering(List.of(offer)).with(connection -> connection.withMechanism(null)));
        return plug(call, links(call, asked, answer), asked, answer);
    }

    @Override
    public void close(Call call, Rest rest) {
        try {
            rest.close(call);
        } finally {
            if (call.held(Wire.class).isEmpty()) {
                unplugForgotten(call.id());
            }
        }
    }

    /** A forwarder that restarted knows a wire by its owner's id alone. */
    private void unplugForgotten(ConnectionId owner) {
        var all = new java.util.ArrayList<>(kernel.links());
        all.addAll(kernel.keptAside());
        for (var link : all) {
            if (link.owner().equals(owner) && link.maker().equals(maker)) {
                kernel.delete(link.place(), owner);
            }
        }
    }

    private static Mechanism asked(Call call) {
        var chosen = call.connection().mechanism();
        return chosen != null
                ? chosen
                : call.outgoing().preferences().stream()
                        .findFirst()
                        .orElseThrow(() -> new Refused(
                                Refused.Reason.UNSUPPORTED, "mechanism: none (expected: at least one on offer)"));
    }

    private String vni(Call call) {
        return node + "/" + call.id();
    }

    private Map<FakeKernel.Place, FakeKernel.Link> links(Call call, Mechanism asked, Connection answer) {
        var links = new LinkedHashMap<FakeKernel.Place, FakeKernel.Link>();
        var ip = answer.context().ip();
        add(links, call, asked, ip.srcAddresses(), far(call, answer.mechanism()));
        add(links, call, answer.mechanism(), ip.dstAddresses(), far(call, asked));
        return links;
    }

    /** What is at the other end of an interface, whose leg there has this mechanism. */
    private FakeKernel.Far far(Call call, @Nullable Mechanism there) {
        return switch (there) {
            case Mechanism.Kernel kernelEnd -> new FakeKernel.Far.Near(place(kernelEnd));
            case Mechanism.Vxlan tunnel -> {
                var peer = tunnel.parameter(Mechanism.SRC_IP).filter(each -> !each.equals(node));
                yield new FakeKernel.Far.Tunnel(
                        peer.isPresent()
                                ? vni(call)
                                : tunnel.parameter(Mechanism.VNI).orElse(""),
                        peer.or(() -> tunnel.parameter(Mechanism.DST_IP)).orElse(""));
            }
            case null, default ->
                throw new Refused(
                        Refused.Reason.UNSUPPORTED,
                        "mechanism: %s (expected: KERNEL or VXLAN)".formatted(there == null ? "none" : there.type()));
        };
    }

    private static FakeKernel.Place place(Mechanism.Kernel end) {
        return new FakeKernel.Place(end.inodeUrl().orElse(""), end.name().orElse("nsm"));
    }

    private void add(
            Map<FakeKernel.Place, FakeKernel.Link> links,
            Call call,
            @Nullable Mechanism mechanism,
            List<Cidr> addresses,
            FakeKernel.Far far) {
        if (mechanism instanceof Mechanism.Kernel end) {
            var place = place(end);
            // a function in the middle of a chain has none of its addresses
            boolean bare = end.parameter(Mechanism.CONFIGURED).isPresent();
            var given = bare
                    ? List.<String>of()
                    : addresses.stream().map(Cidr::toString).toList();
            links.put(place, new FakeKernel.Link(place, call.id(), client(call), maker, expiry(call), given, far));
        }
    }

    private static ConnectionId client(Call call) {
        return call.connection().path().segment(0).map(Segment::id).orElse(call.id());
    }

    private static @Nullable Instant expiry(Call call) {
        return call.connection().path().previous().map(Segment::expires).orElse(null);
    }

    private Connection plug(
            Call call, Map<FakeKernel.Place, FakeKernel.Link> links, Mechanism asked, Connection answer) {
        if (!(asked instanceof Mechanism.Kernel)) {
            hold(call, links);
            return answer.withMechanism(asked.with(Mechanism.VNI, vni(call)).with(Mechanism.DST_IP, node));
        }
        var former = Optional.ofNullable(seated.get(client(call)))
                .filter(wire -> !wire.owner.equals(call.id())
                        && wire.links.keySet().stream().anyMatch(links::containsKey));
        if (former.filter(wire -> wire.began - call.began() > 0).isPresent()) {
            throw new Refused(
                    Refused.Reason.CANCELLED,
                    "connection %s: its client has asked anew meanwhile".formatted(call.id()));
        }
        if (former.isPresent()) {
            takeOver(call, links, former.get());
        } else {
            hold(call, links);
        }
        call.held(Wire.class).ifPresent(wire -> {
            wire.began = call.began();
            seated.put(client(call), wire);
        });
        int own = call.connection().path().index();
        return answer.path()
                .segment(own)
                .map(segment -> answer.withPath(answer.path().with(own, WireReport.swapping(segment))))
                .orElse(answer)
                .withMechanism(asked);
    }

    private void takeOver(Call call, Map<FakeKernel.Place, FakeKernel.Link> links, Wire former) {
        var own = call.held(Wire.class).filter(wire -> wire.hasShapeOf(links));
        if (own.isPresent()) {
            own.get().links = new LinkedHashMap<>(links);
            call.hold(Wire.class, () -> own.get()).succeed(former);
        } else {
            call.replace(Wire.class, () -> new Wire(call.id(), links).succeed(former));
        }
    }

    private void hold(Call call, Map<FakeKernel.Place, FakeKernel.Link> links) {
        var present = call.held(Wire.class);
        if (present.isPresent() && present.get().hasShapeOf(links)) {
            call.hold(Wire.class, present::get).change(links);
        } else if (present.isEmpty() && call.origin() == Origin.ADOPT) {
            // they may have been there before this process: a failed adoption must not take them away
            call.adopt(Wire.class, () -> made(call.id(), links));
        } else {
            call.replace(Wire.class, () -> made(call.id(), links));
        }
    }

    private Wire made(ConnectionId owner, Map<FakeKernel.Place, FakeKernel.Link> links) {
        var wire = new Wire(owner, links);
        var before = links.keySet().stream()
                .filter(place -> kernel.link(place)
                        .filter(link -> link.owner().equals(owner))
                        .isPresent())
                .toList();
        try {
            wire.change(links);
        } catch (Refused e) {
            links.keySet().stream()
                    .filter(place -> !before.contains(place))
                    .forEach(place -> kernel.delete(place, owner));
            throw e;
        }
        return wire;
    }
}
