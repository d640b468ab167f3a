package org.nsm4j.dataplane.element;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.lease.Ledger;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.model.WireReport;
import org.nsm4j.core.path.UpdatePath;
import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.dataplane.wire.Underlay;
import org.nsm4j.dataplane.wire.Wire;
import org.nsm4j.dataplane.wire.WireLedger;

/** A forwarder's two elements in a chain, between a client and an endpoint, over plumbing that only remembers. */
final class ForwarderTest {
    private static final Mechanism APP = kernel("/proc/11/ns/net");
    private static final Mechanism TUNNEL = new Mechanism.Vxlan(
            Map.of(Mechanism.SRC_IP, "10.0.0.2", Mechanism.SRC_PORT, "4789", Mechanism.MTU, "1400"));

    private final LiveScheduler scheduler = new LiveScheduler();
    private final FakePlumbing plumbing = new FakePlumbing();
    private final List<Connection> asked = new ArrayList<>();
    private final List<List<Mechanism>> offers = new ArrayList<>();
    private final List<Connection> closed = new ArrayList<>();
    private final List<String> places = new ArrayList<>();
    private final Notes ledger = new Notes();
    private final List<ConnectionId> removed = new ArrayList<>();
    private final Underlay underlay = new Underlay("eth0", InetAddress.ofLiteral("10.0.0.1"), 1500, 4789);
    private UnaryOperator<Connection> endpoint = connection -> connection.withMechanism(kernel("/proc/22/ns/net"));
    private Url next = Url.parse("unix:///run/endpoint.sock");
    private int ids;
    private final Chain chain = Chain.through(
                    new UpdatePath("forwarder", () -> new ConnectionId("fresh-" + ++ids)),
                    new ConnectionTable(scheduler),
                    (call, rest) -> rest.request(call.towards(next)),
                    new OfferMechanisms(underlay),
                    new RecordWire("node-a", new WireLedger(ledger, scheduler), removed::add, scheduler),
                    new PlugWire(
                            "node-a",
                            plumbing,
                            new Vnis(new Random(7)::nextInt),
                            underlay,
                            (place, side, call) -> places.add(side + " " + place),
                            call -> "app"))
            .to(new Endpoint());

    /** A ledger that a full disk may stand under. */
    private static final class Notes implements Ledger {
        final Map<String, String> all = new TreeMap<>();
        boolean full;

        @Override
        public Map<String, String> entries() {
            return Map.copyOf(all);
        }

        @Override
        public void put(String key, String text) {
            if (full) {
                throw new Refused(Refused.Reason.NO_CAPACITY, "full");
            }
            all.put(key, text);
        }

        @Override
        public void remove(String key) {
            all.remove(key);
        }
    }

    private final class Endpoint implements Element {
        @Override
        public Connection request(Call call, Rest rest) {
            asked.add(call.connection());
            offers.add(call.outgoing().preferences());
            return endpoint.apply(call.connection().withContext(ForwarderTest::addressed));
        }

        @Override
        public void close(Call call, Rest rest) {
            closed.add(call.connection());
        }
    }

    @AfterEach
    void stop() {
        scheduler.close();
    }

    private static org.nsm4j.core.model.Context addressed(org.nsm4j.core.model.Context context) {
        return context.withIp(
                context.ip().withAddresses(List.of(Cidr.parse("10.1.0.1/32")), List.of(Cidr.parse("10.1.0.2/32"))));
    }

    private static Mechanism kernel(String path) {
        return new Mechanism.Kernel(Map.of(Mechanism.INODE_URL, "file://" + path));
    }

    private Connection connect(Mechanism... preferences) {
        var connection = Connection.to("vpn").withId(new ConnectionId("c1"));
        return chain.request(new Request(connection, List.of(preferences)), Caller.SELF);
    }

    private Connection refresh(Connection connection, Mechanism... preferences) {
        return chain.request(new Request(connection, List.of(preferences)), Caller.SELF);
    }

    private void answerByTunnel(int vni, int mtu) {
        next = Url.parse("tcp://10.0.0.3:5001");
        endpoint = connection -> {
            var chosen = connection.mechanism() == null ? offers.getLast().getFirst() : connection.mechanism();
            return connection.withMechanism(chosen.with(Mechanism.DST_IP, "10.0.0.3")
                    .with(Mechanism.DST_PORT, "4790")
                    .with(Mechanism.VNI, Integer.toString(vni + 2 * asked.size()))
                    .with(Mechanism.MTU, Integer.toString(mtu)));
        };
    }

    @Test
    void joins_two_workloads_on_one_node_and_tells_the_client_the_name() {
        var answer = connect(APP);

        assertThat(offers.getFirst()).extracting(Mechanism::type).containsExactly("KERNEL");
        assertThat(asked.getFirst().mechanism()).isNull();
        assertThat(plumbing.last()).isInstanceOfSatisfying(Wire.Local.class, wire -> {
            assertThat(wire.client().place()).hasToString("/proc/11/ns/net");
            assertThat(wire.endpoint().place()).hasToString("/proc/22/ns/net");
            assertThat(wire.client().addresses()).containsExactly(Cidr.parse("10.1.0.1/32"));
            assertThat(answer.mechanism())
                    .isEqualTo(APP.with(Mechanism.NAME, wire.client().name()));
        });
        assertThat(places).containsExactly("CLIENT /proc/11/ns/net", "ENDPOINT /proc/22/ns/net");
    }

    /** What comes by way of a manager that has just met this client: the forwarder is the third hop. */
    private Connection connectBy(String manager) {
        var client = Segment.of("app", new ConnectionId("app-1"));
        var path = Path.startingAt(client).with(1, Segment.of("manager", new ConnectionId(manager)));
        var connection = Connection.to("vpn").withId(new ConnectionId(manager)).withPath(path.at(1));
        return chain.request(new Request(connection, List.of(APP)), Caller.SELF);
    }

    @Test
    void a_client_that_moves_gets_the_next_wire_in_place_of_the_present_one_and_that_one_back_if_the_next_is_closed() {
        var first = connectBy("m-1");
        assertThat(WireReport.swaps(first.withPath(first.path().at(0)))).isTrue();
        var second = connectBy("m-2");
        assertThat(plumbing.events.get(1)).startsWith("replace ");
        chain.close(second, Caller.SELF);
        connectBy("m-3");
        assertThat(plumbing.events.get(3)).startsWith("replace ");
        assertThat(plumbing.replaced).containsExactly(plumbing.wires.getFirst(), plumbing.wires.getFirst());
        chain.close(first, Caller.SELF);
        connectBy("m-4");
        assertThat(plumbing.replaced.getLast()).isEqualTo(plumbing.wires.get(2));
    }

    /** Seed 40 of the simulation: a hop goes on with what its client has given up, until the time is over. */
    @Test
    void what_a_client_gave_up_and_comes_late_does_not_take_the_place_of_what_it_asked_for_later() {
        var answers = endpoint;
        endpoint = connection -> {
            endpoint = answers;
            connectBy("m-2");
            return answers.apply(connection);
        };
        assertThatThrownBy(() -> connectBy("m-1"))
                .hasMessageContaining("its client has asked anew meanwhile")
                .extracting(e -> ((Refused) e).reason())
                .isEqualTo(Refused.Reason.CANCELLED);
        assertThat(plumbing.events).hasSize(1).first().asString().startsWith("plug ");
        assertThat(closed).hasSize(1);
    }

    @Test
    void a_refresh_changes_the_wire_in_place_and_sends_the_agreed_mechanism_on() {
        var first = connect(APP);
        var again = refresh(first, APP);

        assertThat(again.mechanism()).isEqualTo(first.mechanism());
        assertThat(asked.getLast().mechanism()).isEqualTo(kernel("/proc/22/ns/net"));
        assertThat(plumbing.events).hasSize(2);
        assertThat(plumbing.events.getLast()).startsWith("change ");
    }

    @Test
    void a_refresh_by_another_next_hop_does_not_take_the_old_agreement_along() {
        var first = connect(APP);
        answerByTunnel(77, 1450);
        refresh(first, APP);

        assertThat(asked.getLast().mechanism()).isNull();
        assertThat(plumbing.events).hasSize(3);
        assertThat(plumbing.events.get(1)).startsWith("replace ");
        assertThat(plumbing.events.get(2)).startsWith("close ");
    }

    @Test
    void close_takes_the_wire_away_and_closes_the_endpoints_leg() {
        chain.close(connect(APP), Caller.SELF);

        assertThat(plumbing.events.getLast()).startsWith("close ");
        assertThat(closed.getFirst().mechanism()).isEqualTo(kernel("/proc/22/ns/net"));
    }

    @Test
    void a_wire_is_written_down_before_it_is_made_and_struck_out_when_it_is_gone() {
        var first = connect(APP);
        assertThat(ledger.all).hasSize(1);
        chain.close(first, Caller.SELF);
        assertThat(ledger.all).isEmpty();
        assertThat(removed).isEmpty();

        ledger.full = true;
        assertThatThrownBy(() -> connect(APP)).hasMessage("forwarder: full");
        assertThat(plumbing.events).hasSize(2);
    }

    @Test
    void a_full_disk_does_not_keep_a_wire_from_being_refreshed() {
        var first = connect(APP);
        ledger.full = true;
        assertThat(refresh(first, APP).mechanism()).isEqualTo(first.mechanism());
    }

    @Test
    void a_close_of_what_only_a_former_process_knew_removes_its_links() {
        chain.close(Connection.to("vpn").withId(new ConnectionId("c9")), Caller.SELF);
        assertThat(removed).containsExactly(new ConnectionId("c9"));
    }

    @Test
    void another_name_is_another_wire_and_the_old_one_goes_when_it_stands() {
        var first = connect(APP.with(Mechanism.NAME, "one"));
        var mechanism = java.util.Objects.requireNonNull(first.mechanism());
        refresh(first.withMechanism(mechanism.with(Mechanism.NAME, "two")));

        assertThat(plumbing.events)
                .extracting(event -> event.replaceAll("-vpn-.*", ""))
                .containsExactly("plug one", "replace two", "close one");
    }

    @Test
    void adopts_a_connection_that_it_does_not_know_any_more() {
        var path = Path.startingAt(Segment.of("forwarder", new ConnectionId("c1")))
                .with(1, Segment.of("endpoint", new ConnectionId("c2")));
        var connection = Connection.to("vpn")
                .withId(new ConnectionId("c1"))
                .withPath(path)
                .withMechanism(APP.with(Mechanism.NAME, "nsm-1"));
        refresh(connection, APP);

        assertThat(plumbing.events).singleElement().asString().startsWith("plug nsm-1-");
        assertThat(closed).isEmpty();
    }

    @Test
    void leads_a_client_into_a_tunnel_whose_mtu_is_the_smallest_of_all() {
        answerByTunnel(77, 1350);
        var answer = connect(APP);

        assertThat(offers.getFirst().getFirst().parameters())
                .containsEntry(Mechanism.SRC_IP, "10.0.0.1")
                .containsEntry(Mechanism.SRC_PORT, "4789")
                .containsEntry(Mechanism.MTU, "1450");
        assertThat(plumbing.last()).isInstanceOfSatisfying(Wire.Remote.class, wire -> {
            assertThat(wire.tunnel()).isEqualTo(new Wire.Tunnel(79, InetAddress.ofLiteral("10.0.0.3"), 4790));
            assertThat(wire.end().mtu()).isEqualTo(1350);
        });
        assertThat(answer.context().mtu()).isEqualTo(1350);
        assertThat(answer.mechanism()).isInstanceOf(Mechanism.Kernel.class);
    }

    @Test
    void asks_the_other_side_for_another_number_when_the_first_is_taken_here() {
        answerByTunnel(77, 1450);
        plumbing.taken.add(79);
        connect(APP);

        assertThat(asked).hasSize(2);
        assertThat(((Wire.Remote) plumbing.last()).tunnel().vni()).isEqualTo(81);
        assertThat(closed).as("what the first answer stood for").hasSize(1);
    }

    @Test
    void gives_up_after_a_few_numbers() {
        answerByTunnel(77, 1450);
        plumbing.takenTimes = 100;

        assertThatThrownBy(() -> connect(APP))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.CONFLICT))
                .hasMessageContaining("4 times in a row");
        assertThat(plumbing.events).isEmpty();
    }

    @Test
    void ends_a_tunnel_at_an_endpoint_with_a_number_that_is_free_and_the_smaller_mtu() {
        plumbing.takenTimes = 1;
        var answer = connect(TUNNEL);
        var mechanism = (Mechanism.Vxlan) java.util.Objects.requireNonNull(answer.mechanism());

        assertThat(mechanism.parameters())
                .containsEntry(Mechanism.DST_IP, "10.0.0.1")
                .containsEntry(Mechanism.DST_PORT, "4789")
                .containsEntry(Mechanism.MTU, "1400");
        assertThat(mechanism.vni()).isOdd();
        assertThat(((Wire.Remote) plumbing.last()).tunnel())
                .isEqualTo(new Wire.Tunnel(mechanism.vni(), InetAddress.ofLiteral("10.0.0.2"), 4789));
        assertThat(answer.context().mtu()).isEqualTo(1400);

        var again = refresh(answer, TUNNEL);
        assertThat(again.mechanism()).isEqualTo(mechanism);
        var other = refresh(again.withMechanism(mechanism.with(Mechanism.VNI, "")));
        assertThat(((Mechanism.Vxlan) java.util.Objects.requireNonNull(other.mechanism())).vni())
                .isNotEqualTo(mechanism.vni());
    }

    @Test
    void a_tunnel_whose_number_both_forwarders_have_forgotten_keeps_the_number_that_its_link_has() {
        var path = Path.startingAt(Segment.of("forwarder", new ConnectionId("c1")))
                .with(1, Segment.of("endpoint", new ConnectionId("c2")));
        var connection = Connection.to("vpn").withId(new ConnectionId("c1")).withPath(path);
        plumbing.standing = new Wire.Tunnel(4711, InetAddress.ofLiteral("10.0.0.2"), 4789);
        var adopted = refresh(connection, TUNNEL);
        assertThat(vni(adopted)).isEqualTo(4711);

        plumbing.standing = new Wire.Tunnel(4713, InetAddress.ofLiteral("10.0.0.9"), 4789);
        var elsewhere = connection
                .withId(new ConnectionId("c3"))
                .withPath(path.with(0, Segment.of("forwarder", new ConnectionId("c3"))));
        assertThat(vni(refresh(elsewhere, TUNNEL)))
                .as("one that leads to another node")
                .isNotEqualTo(4713);
    }

    private static int vni(Connection connection) {
        return ((Mechanism.Vxlan) java.util.Objects.requireNonNull(connection.mechanism())).vni();
    }

    @Test
    void refuses_mechanisms_that_it_does_not_speak_and_says_which_it_does() {
        assertThatThrownBy(() ->
                        connect(Mechanism.of("LOCAL", "MEMIF", Map.of()), Mechanism.of("REMOTE", "SRV6", Map.of())))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.UNSUPPORTED))
                .hasMessageContaining("LOCAL/MEMIF, REMOTE/SRV6 (expected: KERNEL, or VXLAN between nodes)");
        assertThat(asked).isEmpty();
    }

    @Test
    void refuses_a_dangerous_name_before_anybody_is_asked() {
        assertThatThrownBy(() -> connect(APP.with(Mechanism.NAME, "eth0")))
                .hasMessageContaining("interface name: \"eth0\"");
        assertThat(asked).isEmpty();
    }
}
