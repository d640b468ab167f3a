package org.nsm4j.core.select;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.address.NameEnds;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Dial;
import org.nsm4j.core.fake.FakeHops;
import org.nsm4j.core.fake.ManualScheduler;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.UpdatePath;

class PassOnTest {
    private static final String MANAGER = "unix:///manager";
    private static final Mechanism IN = new Mechanism.Kernel(Map.of(Mechanism.NAME, "in"));
    private static final Mechanism OUT = new Mechanism.Kernel(Map.of(Mechanism.NAME, "out"));

    private final ManualScheduler scheduler = new ManualScheduler();
    private final FakeHops hops = new FakeHops();
    private final AtomicInteger ids = new AtomicInteger();
    private final List<Request> asked = new ArrayList<>();
    private final Chain function = Chain.through(
                    new UpdatePath("firewall-1", () -> new ConnectionId("id-" + ids.incrementAndGet())),
                    new ConnectionTable(scheduler),
                    (call, rest) -> rest.request(call.with(connection -> connection.withMechanism(IN))),
                    NameEnds.always(),
                    new PassOn(Map.of("app", "firewall"), _ -> OUT),
                    (call, rest) -> rest.request(call.towards(Url.parse(MANAGER))))
            .to(new Dial(hops, scheduler));

    private static Connection client() {
        var id = new ConnectionId("client-id");
        return Connection.to("secure")
                .withId(id)
                .withPath(Path.startingAt(Segment.of("client", id)))
                .withLabels(Map.of("app", "mail"))
                .withEndpoint("firewall-1")
                .withPayload(Payload.IP);
    }

    /** The next function: it chose an endpoint, a mechanism and addresses, and changed what is none of the client's business. */
    private Connection next(Request request) {
        asked.add(request);
        var path = request.connection().path();
        var behind = path.with(path.index() + 1, Segment.of("gateway", new ConnectionId("g")));
        return request.connection()
                .withPath(behind)
                .withEndpoint("gateway-1")
                .withMechanism(request.preferences().getFirst())
                .withPayload(new Payload("ELSE"))
                .withContext(context -> context.withMtu(1400)
                        .withIp(context.ip()
                                .withAddresses(
                                        List.of(Cidr.parse("10.0.0.1/32")), List.of(Cidr.parse("10.0.0.0/32")))));
    }

    private Connection ask(Connection connection) {
        return function.request(new Request(connection, List.of(IN)), Caller.SELF);
    }

    @Test
    void asks_as_a_client_with_its_own_labels_and_restores_all_that_differs() {
        hops.answers(MANAGER, this::next);
        var answer = ask(client());

        var onwards = asked.getFirst();
        assertThat(onwards.connection().labels()).containsExactly(Map.entry("app", "firewall"));
        assertThat(onwards.connection().endpoint()).isEmpty();
        assertThat(onwards.connection().mechanism()).isNull();
        assertThat(onwards.preferences()).containsExactly(OUT);

        assertThat(answer.labels()).containsExactly(Map.entry("app", "mail"));
        assertThat(answer.endpoint()).isEqualTo("firewall-1");
        assertThat(answer.mechanism()).isEqualTo(IN);
        assertThat(answer.payload()).isEqualTo(Payload.IP);
        assertThat(answer.service()).isEqualTo("secure");
        assertThat(answer.id()).isEqualTo(client().id());
        assertThat(answer.context().mtu()).isEqualTo(1400);
        assertThat(answer.path().segments().stream().map(Segment::name))
                .containsExactly("client", "firewall-1", "gateway");
    }

    @Test
    void each_leg_has_hardware_addresses_of_its_own_and_the_client_is_told_whose_are_behind_them() {
        hops.answers(MANAGER, this::next);
        var answer = ask(client());
        var outgoing = asked.getFirst().connection().context().ethernet();
        var incoming = answer.context().ethernet();
        assertThat(List.of(outgoing.srcMac(), outgoing.dstMac(), incoming.srcMac(), incoming.dstMac()))
                .doesNotHaveDuplicates()
                .allMatch(mac -> mac.matches("[0-9a-f][26ae](:[0-9a-f]{2}){5}"));
        assertThat(answer.context().ip().neighbors())
                .containsExactly(
                        new Context.Neighbor(Cidr.parseAddress("10.0.0.1"), incoming.srcMac()),
                        new Context.Neighbor(Cidr.parseAddress("10.0.0.0"), incoming.dstMac()));
    }

    @Test
    void a_refresh_stays_with_the_next_endpoint_its_mechanism_and_its_hardware_addresses() {
        hops.answers(MANAGER, this::next);
        var answer = ask(client());
        assertThat(ask(answer)).isEqualTo(answer);
        var again = asked.getLast().connection();
        assertThat(again.endpoint()).isEqualTo("gateway-1");
        assertThat(again.mechanism()).isEqualTo(OUT);
        assertThat(again.context().ethernet())
                .isEqualTo(asked.getFirst().connection().context().ethernet());
    }

    @Test
    void a_client_that_reselects_gets_a_new_chain() {
        hops.answers(MANAGER, this::next);
        var answer = ask(client());
        ask(answer.withState(Connection.State.RESELECT_REQUESTED));
        assertThat(hops.closed()).containsExactly(MANAGER);
        assertThat(asked.getLast().connection().endpoint()).isEmpty();
        assertThat(asked.getLast().connection().mechanism()).isNull();
    }
}
