package org.nsm4j.core.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
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
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.path.UpdatePath;

class SelectEndpointTest {
    private final ManualScheduler scheduler = new ManualScheduler();
    private final FakeHops hops = new FakeHops();
    private final AtomicInteger ids = new AtomicInteger();
    private final ListRegistry<NetworkService> services =
            ListRegistry.ofServices(NetworkService.named("office-vpn").withPayload(Payload.IP));
    private final ListRegistry<Endpoint> endpoints = ListRegistry.ofEndpoints(endpoint("nse-1"), endpoint("nse-2"));
    private final Chain chain = chain();

    private static Endpoint endpoint(String name) {
        return Endpoint.named(name).providing(List.of("office-vpn")).at("unix:///" + name);
    }

    private Chain chain() {
        return Chain.through(
                        new UpdatePath("forwarder", () -> new ConnectionId("id-" + ids.incrementAndGet())),
                        new ConnectionTable(scheduler),
                        new SelectEndpoint(services, endpoints, scheduler))
                .to(new Dial(hops, scheduler));
    }

    private Connection ask(Connection connection) {
        return ask(chain, connection);
    }

    private Connection ask(Chain by, Connection connection) {
        return by.request(
                new Request(connection, List.of()),
                Caller.selfUntil(scheduler.now().plus(Duration.ofSeconds(15))));
    }

    private static Connection client(String service) {
        return Connection.to(service);
    }

    @Test
    void takes_the_endpoints_in_turn_and_says_which_one_and_what_it_carries() {
        hops.accepts("unix:///nse-1", "nse-1");
        hops.accepts("unix:///nse-2", "nse-2");
        var first = ask(client("office-vpn"));
        assertThat(first.endpoint()).isEqualTo("nse-1");
        assertThat(first.payload()).isEqualTo(Payload.IP);
        assertThat(ask(client("office-vpn")).endpoint()).isEqualTo("nse-2");
        assertThat(ask(client("office-vpn")).endpoint()).isEqualTo("nse-1");
    }

    @Test
    void tries_the_next_at_once_when_one_refuses() {
        hops.refuses("unix:///nse-1", Refused.by("nse-1", Refused.Reason.NO_CAPACITY, "full"));
        hops.accepts("unix:///nse-2", "nse-2");
        assertThat(ask(client("office-vpn")).endpoint()).isEqualTo("nse-2");
        assertThat(hops.asked()).containsExactly("unix:///nse-1", "unix:///nse-2");
    }

    @Test
    void says_what_each_endpoint_said_when_all_refuse() {
        hops.refuses("unix:///nse-1", Refused.by("nse-1", Refused.Reason.NO_CAPACITY, "full"));
        hops.refuses("unix:///nse-2", Refused.by("nse-2", Refused.Reason.NO_CAPACITY, "full too"));
        assertThatThrownBy(() -> ask(client("office-vpn")))
                .hasMessage("forwarder: service: office-vpn: all 2 endpoints that were tried refused"
                        + " (expected: one that accepts): nse-1: full; nse-2: full too")
                .extracting(e -> ((Refused) e).reason())
                .isEqualTo(Refused.Reason.NO_CAPACITY);
    }

    @Test
    void stops_trying_when_the_callers_time_is_over() {
        hops.answers("unix:///nse-1", request -> {
            scheduler.pass(Duration.ofSeconds(20));
            throw new Refused(Refused.Reason.DEADLINE, "no answer in time");
        });
        assertThatThrownBy(() -> ask(client("office-vpn"))).hasMessageContaining("no answer in time");
        assertThat(hops.asked()).containsExactly("unix:///nse-1");
    }

    @Test
    void leaves_time_for_the_next_when_one_hangs_and_asks_it_last_for_a_while() {
        hops.answers("unix:///nse-1", request -> {
            scheduler.pass(Duration.ofMillis(7500));
            throw new Refused(Refused.Reason.DEADLINE, "no answer in time");
        });
        hops.accepts("unix:///nse-2", "nse-2");
        assertThat(ask(client("office-vpn")).endpoint()).isEqualTo("nse-2");
        assertThat(hops.deadlines()).containsExactly(Duration.ofMillis(7500), Duration.ofSeconds(15));
        for (int i = 0; i < 3; i++) {
            assertThat(ask(client("office-vpn")).endpoint()).isEqualTo("nse-2");
        }
        assertThat(hops.asked()).containsOnlyOnce("unix:///nse-1");
    }

    private Connection fromFunction(String name) {
        var id = new ConnectionId("its-id");
        var path = Path.startingAt(Segment.of("client", new ConnectionId("client-id")))
                .with(1, Segment.of("nse-1", new ConnectionId("x")))
                .with(2, Segment.of("manager", new ConnectionId("y")))
                .with(3, Segment.of(name, new ConnectionId("z")))
                .with(4, Segment.of("manager", id))
                .at(4);
        return client("office-vpn").withId(id).withPath(path);
    }

    @Test
    void never_leads_a_chain_through_one_function_twice() {
        hops.accepts("unix:///nse-1", "nse-1");
        hops.accepts("unix:///nse-2", "nse-2");
        for (int i = 0; i < 4; i++) {
            assertThat(ask(fromFunction("other")).endpoint()).isEqualTo("nse-2");
        }
        assertThatThrownBy(() -> ask(fromFunction("nse-2")))
                .hasMessageContaining("the chain would loop: nse-1 → nse-2 → nse-1"
                        + " (expected: rules by which nse-2 leads on to another endpoint)")
                .extracting(e -> ((Refused) e).reason())
                .isEqualTo(Refused.Reason.NO_CANDIDATE);
    }

    @Test
    void finds_its_way_back_to_the_endpoint_after_a_restart_though_the_request_does_not_name_it() {
        hops.accepts("unix:///nse-1", "nse-1");
        hops.accepts("unix:///nse-2", "nse-2");
        ask(client("office-vpn"));
        var answer = ask(client("office-vpn"));
        assertThat(answer.endpoint()).isEqualTo("nse-2");
        assertThat(ask(chain(), answer.withEndpoint("")).endpoint()).isEqualTo("nse-2");
    }

    /** Seed 8984 of the simulation: function and forwarder had crashed together, and the endpoint took too long once. */
    @Test
    void moves_no_wire_to_another_endpoint_because_its_own_does_not_answer_the_first_refresh_after_a_restart() {
        hops.accepts("unix:///nse-1", "nse-1");
        hops.accepts("unix:///nse-2", "nse-2");
        var answer = ask(client("office-vpn"));
        assertThat(answer.endpoint()).isEqualTo("nse-1");
        hops.refuses("unix:///nse-1", new Refused(Refused.Reason.DEADLINE, "no answer in time"));
        var restarted = chain();
        assertThatThrownBy(() -> ask(restarted, answer.withEndpoint(""))).hasMessageContaining("no answer in time");
        endpoints.clear();
        endpoints.add(endpoint("nse-2"));
        assertThatThrownBy(() -> ask(restarted, answer.withEndpoint("")))
                .hasMessageContaining("none of [nse-1] fits this client any more")
                .extracting(e -> ((Refused) e).reason())
                .isEqualTo(Refused.Reason.NO_CANDIDATE);
        assertThat(hops.asked()).containsExactly("unix:///nse-1", "unix:///nse-1");
        assertThat(hops.closed()).isEmpty();
    }

    @Test
    void suggests_the_service_that_was_meant() {
        assertThatThrownBy(() -> ask(client("offcie-vpn")))
                .hasMessage("forwarder: service: \"offcie-vpn\" (expected: a registered network service;"
                        + " did you mean \"office-vpn\"?)")
                .extracting(e -> ((Refused) e).reason())
                .isEqualTo(Refused.Reason.NOT_FOUND);
    }

    @Test
    void refuses_a_payload_that_the_service_does_not_carry() {
        assertThatThrownBy(() -> ask(client("office-vpn").withPayload(Payload.ETHERNET)))
                .hasMessageContaining("payload: ETHERNET (expected: IP, which service office-vpn carries)");
    }

    @Test
    void says_that_nobody_provides_the_service() {
        endpoints.clear();
        assertThatThrownBy(() -> ask(client("office-vpn")))
                .hasMessageContaining("none is registered")
                .extracting(e -> ((Refused) e).reason())
                .isEqualTo(Refused.Reason.NO_CANDIDATE);
    }

    @Test
    void asks_the_endpoint_that_the_request_names() {
        hops.accepts("unix:///nse-2", "nse-2");
        assertThat(ask(client("office-vpn").withEndpoint("nse-2")).endpoint()).isEqualTo("nse-2");
        assertThatThrownBy(() -> ask(client("office-vpn").withEndpoint("nse-9")))
                .hasMessageContaining("endpoint: nse-9 (expected: a registered endpoint)");
    }

    @Test
    void stays_with_the_endpoint_on_a_refresh_also_while_the_registry_is_down_or_empty() {
        hops.accepts("unix:///nse-1", "nse-1");
        hops.accepts("unix:///nse-2", "nse-2");
        var answer = ask(client("office-vpn"));
        assertThat(ask(answer).endpoint()).isEqualTo("nse-1");
        assertThat(ask(answer.withEndpoint("")).endpoint()).isEqualTo("nse-1");
        services.setDown(true);
        endpoints.setDown(true);
        assertThat(ask(answer).endpoint()).isEqualTo("nse-1");
        endpoints.setDown(false);
        endpoints.clear();
        assertThat(ask(answer).endpoint()).isEqualTo("nse-1");
        assertThat(hops.closed()).isEmpty();
    }

    @Test
    void closes_where_it_asked_although_the_registry_is_down() {
        hops.accepts("unix:///nse-1", "nse-1");
        var answer = ask(client("office-vpn"));
        endpoints.setDown(true);
        chain.close(answer, Caller.SELF);
        assertThat(hops.closed()).containsExactly("unix:///nse-1");
    }

    @Test
    void closes_at_the_endpoints_new_url_where_it_was_restarted() {
        hops.accepts("unix:///nse-1", "nse-1");
        var answer = ask(client("office-vpn"));
        endpoints.add(endpoint("nse-1").at("unix:///nse-1-again"));
        chain.close(answer, Caller.SELF);
        assertThat(hops.closed()).containsExactly("unix:///nse-1-again");
    }

    @Test
    void closes_a_connection_that_it_forgot_at_the_endpoint_that_it_names() {
        hops.accepts("unix:///nse-1", "nse-1");
        var answer = ask(client("office-vpn"));
        chain().close(answer, Caller.SELF);
        assertThat(hops.closed()).containsExactly("unix:///nse-1");
    }
}
