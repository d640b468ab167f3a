package org.nsm4j.testkit.fake;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Segment;

/**
 * What a forwarder does to the kernel, on a fake one: plugs an interface into each workload that one of its legs ends
 * in, owned by the connection's id here, and takes it out when the connection closes. What it finds there under the
 * same id, because the forwarder restarted, it adopts.
 *
 * <p>Place: in forwarders, after the endpoint was selected and before the dial.
 */
public final class FakeWire implements Element {
    private final String maker;
    private final FakeKernel kernel;

    /** Wires for a forwarder of this name. */
    public FakeWire(String maker, FakeKernel kernel) {
        this.maker = maker;
        this.kernel = kernel;
    }

    /** The interfaces of one connection. */
    private final class Wire implements AutoCloseable {
        private final ConnectionId owner;
        private final Set<FakeKernel.Place> places;

        Wire(ConnectionId owner, Set<FakeKernel.Place> places) {
            this.owner = owner;
            this.places = Set.copyOf(places);
        }

        @Override
        public void close() {
            places.forEach(place -> kernel.delete(place, owner));
        }
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var asked = asked(call);
        boolean local = call.next().map(url -> url.scheme().equals("unix")).orElse(false);
        var offer = local ? new Mechanism.Kernel(Map.of()) : new Mechanism.Vxlan(Map.of());
        var answer = rest.request(call.offering(List.of(offer)).with(connection -> connection.withMechanism(null)));
        var links = links(call, asked, answer);
        plug(call, links);
        return answer.withMechanism(asked);
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
        for (var link : kernel.links()) {
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

    private Map<FakeKernel.Place, FakeKernel.Link> links(Call call, Mechanism asked, Connection answer) {
        var links = new LinkedHashMap<FakeKernel.Place, FakeKernel.Link>();
        var ip = answer.context().ip();
        add(links, call, asked, ip.srcAddresses());
        add(links, call, answer.mechanism(), ip.dstAddresses());
        return links;
    }

    private void add(
            Map<FakeKernel.Place, FakeKernel.Link> links,
            Call call,
            @Nullable Mechanism mechanism,
            List<Cidr> addresses) {
        if (mechanism instanceof Mechanism.Kernel end) {
            var place =
                    new FakeKernel.Place(end.inodeUrl().orElse(""), end.name().orElse("nsm"));
            // a function in the middle of a chain has none of its addresses
            boolean bare = end.parameter(Mechanism.CONFIGURED).isPresent();
            var given = bare
                    ? List.<String>of()
                    : addresses.stream().map(Cidr::toString).toList();
            links.put(place, new FakeKernel.Link(place, call.id(), client(call), maker, expiry(call), given));
        }
    }

    private static ConnectionId client(Call call) {
        return call.connection().path().segment(0).map(Segment::id).orElse(call.id());
    }

    private static @Nullable Instant expiry(Call call) {
        return call.connection().path().previous().map(Segment::expires).orElse(null);
    }

    private void plug(Call call, Map<FakeKernel.Place, FakeKernel.Link> links) {
        boolean same = call.held(Wire.class)
                .map(wire -> wire.places.equals(links.keySet()))
                .orElse(false);
        if (same) {
            links.values().forEach(kernel::put);
            call.hold(Wire.class, () -> new Wire(call.id(), links.keySet()));
        } else if (links.keySet().stream().anyMatch(place -> isOwn(place, call.id()))) {
            links.values().forEach(kernel::put);
            call.adopt(Wire.class, () -> new Wire(call.id(), links.keySet()));
        } else {
            call.replace(Wire.class, () -> make(call.id(), links));
        }
    }

    private boolean isOwn(FakeKernel.Place place, ConnectionId id) {
        return kernel.link(place).map(link -> link.owner().equals(id)).orElse(false);
    }

    private Wire make(ConnectionId owner, Map<FakeKernel.Place, FakeKernel.Link> links) {
        var made = new ArrayList<FakeKernel.Place>();
        try {
            links.forEach((place, link) -> {
                kernel.put(link);
                made.add(place);
            });
        } catch (Refused e) {
            made.forEach(place -> kernel.delete(place, owner));
            throw e;
        }
        return new Wire(owner, links.keySet());
    }
}
