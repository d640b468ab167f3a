package org.nsm4j.testkit.domain;

import java.util.Optional;
import org.nsm4j.testkit.fake.FakeKernel;

/** Where packets come out that a client sends into its wire, whatever any process believes. */
final class Wires {
    /** Longer than any chain: who goes on for so long goes round. */
    private static final int MOST = 30;

    private final SimulatedDomain domain;

    Wires(SimulatedDomain domain) {
        this.domain = domain;
    }

    /** An interface and the node that it is on. */
    record Spot(String node, FakeKernel.Link link) {}

    /** The endpoint's interface at the far end of a client's wire; empty where packets do not come so far. */
    Optional<Spot> end(SimulatedClient client) {
        var at = domain.kernel(client.node()).link(client.place()).map(link -> new Spot(client.node(), link));
        for (int hops = 0; at.isPresent() && hops < MOST; hops++) {
            var out = far(at.get());
            if (out.isEmpty()) {
                return out;
            }
            var next = through(out.get());
            if (next.isEmpty()) {
                return out.filter(spot -> domain.runs(spot.link().place().netns()));
            }
            at = next;
        }
        return Optional.empty();
    }

    private Optional<Spot> far(Spot from) {
        return switch (from.link().far()) {
            case FakeKernel.Far.Near(var place) ->
                domain.kernel(from.node())
                        .link(place)
                        .filter(link -> link.owner().equals(from.link().owner()))
                        .map(link -> new Spot(from.node(), link));
            case FakeKernel.Far.Tunnel(var vni, var node) ->
                domain.underlay().joins(from.node(), node) ? endOfTunnel(vni, from.node(), node) : Optional.empty();
        };
    }

    private Optional<Spot> endOfTunnel(String vni, String here, String there) {
        var back = new FakeKernel.Far.Tunnel(vni, here);
        for (var link : domain.kernel(there).links()) {
            if (link.far().equals(back)) {
                return Optional.of(new Spot(there, link));
            }
        }
        return Optional.empty();
    }

    /** The interface by which a function leads on what comes out there; empty where it is no function's. */
    private Optional<Spot> through(Spot in) {
        var place = in.link().place();
        if (!place.name().startsWith("in-")) {
            return Optional.empty();
        }
        var out = new FakeKernel.Place(place.netns(), "out-" + place.name().substring("in-".length()));
        return domain.kernel(in.node()).link(out).map(link -> new Spot(in.node(), link));
    }
}
