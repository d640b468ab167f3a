package org.nsm4j.dataplane.element;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.dataplane.wire.Node;
import org.nsm4j.dataplane.wire.Place;
import org.nsm4j.linux.netns.Namespaces;

@Tag("kernel")
final class NodePlacesTest {
    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    private static void check(PlaceCheck places, Place place, PlaceCheck.Side side) {
        Chain.through((call, rest) -> {
                    places.check(place, side, call);
                    return rest.request(call);
                })
                .toEnd()
                .request(new Request(Connection.to("vpn"), List.of()), Caller.SELF);
    }

    @Test
    void keeps_the_nodes_own_network_from_everybody_but_its_own_client() {
        var itself = new Place("/proc/" + ProcessHandle.current().pid() + "/ns/net");
        var workload = new Place(namespaces.create("wires-app").path());
        try (var node = Node.own()) {
            var nobody = new NodePlaces(node, call -> false);
            var own = new NodePlaces(node, call -> true);

            check(nobody, workload, PlaceCheck.Side.CLIENT);
            check(own, itself, PlaceCheck.Side.CLIENT);
            for (var places : List.of(nobody, own)) {
                assertThatThrownBy(() -> check(places, itself, PlaceCheck.Side.ENDPOINT))
                        .isInstanceOfSatisfying(
                                Refused.class,
                                e -> org.assertj.core.api.Assertions.assertThat(e.reason())
                                        .isEqualTo(Refused.Reason.NOT_AUTHORIZED));
            }
            assertThatThrownBy(() -> check(nobody, itself, PlaceCheck.Side.CLIENT))
                    .hasMessageContaining("the network namespace of the node itself");
            assertThatThrownBy(() -> check(nobody, new Place("/run/netns/wires-nowhere"), PlaceCheck.Side.CLIENT))
                    .hasMessageContaining("/run/netns/wires-nowhere");
        }
    }
}
