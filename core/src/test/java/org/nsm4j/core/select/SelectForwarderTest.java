package org.nsm4j.core.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Dial;
import org.nsm4j.core.fake.FakeHops;
import org.nsm4j.core.fake.ListRegistry;
import org.nsm4j.core.fake.ManualScheduler;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.path.UpdatePath;

class SelectForwarderTest {
    private final ManualScheduler scheduler = new ManualScheduler();
    private final FakeHops hops = new FakeHops();
    private final AtomicInteger ids = new AtomicInteger();
    private final ListRegistry<NetworkService> services = ListRegistry.ofServices(NetworkService.named("vpn"));
    private final ListRegistry<Endpoint> endpoints =
            ListRegistry.ofEndpoints(forwarder("fwd-1"), forwarder("fwd-2"), forwarder("fwd-3"));
    private final Chain chain = chain();

    private static Endpoint forwarder(String name) {
        return Endpoint.named(name)
                .providing(List.of("forwarder"))
                .withLabels(Map.of("forwarder", Map.of("p2p", "true")))
                .at("unix:///" + name);
    }

    private Chain chain() {
        return Chain.through(
                        new UpdatePath("manager", () -> new ConnectionId("id-" + ids.incrementAndGet())),
                        new ConnectionTable(scheduler),
                        new SelectForwarder(services, endpoints, "forwarder", "", scheduler))
                .to(new Dial(hops, scheduler));
    }

    private static Connection client() {
        var id = new ConnectionId("client-id");
        return Connection.to("vpn").withId(id).withPath(Path.startingAt(Segment.of("client", id)));
    }

    private static Connection ask(Chain chain, Connection connection) {
        return chain.request(new Request(connection, List.of()), Caller.SELF);
    }

    private static String forwarderOf(Connection connection) {
        return connection.path().segment(2).orElseThrow().name();
    }

    private void acceptAll() {
        for (var name : List.of("fwd-1", "fwd-2", "fwd-3")) {
            hops.accepts("unix:///" + name, name);
        }
    }

    @Test
    void stays_with_the_forwarder_although_another_comes_first_by_now() {
        hops.accepts("unix:///fwd-2", "fwd-2");
        var answer = ask(chain, client());
        assertThat(forwarderOf(answer)).isEqualTo("fwd-2");
        acceptAll();
        assertThat(forwarderOf(ask(chain, answer))).isEqualTo("fwd-2");
        endpoints.setDown(true);
        services.setDown(true);
        assertThat(forwarderOf(ask(chain, answer))).isEqualTo("fwd-2");
    }

    @Test
    void says_that_the_forwarder_of_a_connection_is_gone_instead_of_moving_it() {
        acceptAll();
        var answer = ask(chain, client());
        hops.refuses("unix:///fwd-1", new Refused(Refused.Reason.UNAVAILABLE, "cannot reach it"));
        assertThatThrownBy(() -> ask(chain, answer))
                .hasMessage("manager: forwarder: fwd-1 is not available"
                        + " (expected: the one that carries this connection): cannot reach it");
        assertThat(hops.closed()).isEmpty();
    }

    @Test
    void chooses_anew_after_a_close_and_on_a_reselect() {
        hops.accepts("unix:///fwd-2", "fwd-2");
        var answer = ask(chain, client());
        acceptAll();
        var moved = ask(chain, answer.withState(Connection.State.RESELECT_REQUESTED));
        assertThat(forwarderOf(moved)).isEqualTo("fwd-1");
        assertThat(moved.state()).isEqualTo(Connection.State.UP);
        assertThat(hops.closed()).containsExactly("unix:///fwd-2");
        chain.close(moved, Caller.SELF);
        assertThat(forwarderOf(ask(chain, client()))).isEqualTo("fwd-1");
    }

    @Test
    void recognises_its_forwarder_by_the_path_after_a_restart() {
        hops.accepts("unix:///fwd-3", "fwd-3");
        var answer = ask(chain, client());
        acceptAll();
        assertThat(forwarderOf(ask(chain(), answer))).isEqualTo("fwd-3");
        assertThat(forwarderOf(ask(chain(), answer.withState(Connection.State.RESELECT_REQUESTED))))
                .isEqualTo("fwd-1");
    }

    @Test
    void moves_no_wire_to_another_forwarder_because_its_own_does_not_answer_right_after_a_restart() {
        acceptAll();
        var answer = ask(chain, client());
        hops.refuses("unix:///fwd-1", new Refused(Refused.Reason.UNAVAILABLE, "cannot reach it"));
        assertThatThrownBy(() -> ask(chain(), answer)).hasMessageContaining("fwd-1 is not available");
        endpoints.clear();
        endpoints.add(forwarder("fwd-2"));
        assertThatThrownBy(() -> ask(chain(), answer))
                .hasMessageContaining("fwd-1 is not known to be on this node")
                .extracting(e -> ((Refused) e).reason())
                .isEqualTo(Refused.Reason.UNAVAILABLE);
        assertThat(hops.asked()).containsExactly("unix:///fwd-1", "unix:///fwd-1");
    }

    @Test
    void asks_no_further_forwarder_when_the_endpoint_behind_refused() {
        hops.refuses("unix:///fwd-1", Refused.by("nse", Refused.Reason.NO_ADDRESS, "prefix: full"));
        assertThatThrownBy(() -> ask(chain, client())).hasMessage("nse: prefix: full");
        assertThat(hops.asked()).containsExactly("unix:///fwd-1");
    }

    @Test
    void closes_a_connection_that_it_forgot_by_the_path() {
        acceptAll();
        var answer = ask(chain, client());
        chain().close(answer, Caller.SELF);
        assertThat(hops.closed()).containsExactly("unix:///fwd-1");
    }

    @Test
    void takes_forwarders_of_this_node_only() {
        endpoints.add(forwarder("fwd-1").at("tcp://10.0.0.9:5001"));
        acceptAll();
        var local = Chain.through(
                        new UpdatePath("manager", () -> new ConnectionId("x")),
                        new ConnectionTable(scheduler),
                        new SelectForwarder(services, endpoints, "forwarder", "unix:///fwd-2", scheduler))
                .to(new Dial(hops, scheduler));
        assertThat(forwarderOf(ask(local, client()))).isEqualTo("fwd-2");
    }
}
