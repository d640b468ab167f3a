package org.nsm4j.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Processes die and come back; wires do not notice. */
@Tag("kernel")
class RestartTest {
    @RegisterExtension
    static final Ground ground = new Ground();

    private static final String POOL = "172.16.5.0/24,fd00:5::/112";
    private static final String URL = "kernel://icmp-responder/nsm-1";
    private static TestNode node;
    private static String endpointNetns;
    private static Program endpoint;
    private static String app;
    private static String other;

    @BeforeAll
    static void start() {
        var host = ground.netns("node");
        endpointNetns = ground.netns("ep");
        app = ground.netns("app");
        other = ground.netns("other");
        node = TestNode.up(ground, "n1", host);
        endpoint = node.responder(endpointNetns, "ep1", "icmp-responder", POOL);
    }

    @BeforeEach
    void everything_is_there() {
        node.awaitEndpoint("ep1", endpoint);
    }

    @AfterEach
    void unplug() {
        node.disconnectAll();
    }

    private static void awaitUp(String connection) {
        Eventually.until(
                connection + " to be up again",
                () -> node.nsm("get", "connections")
                        .out()
                        .lines()
                        .anyMatch(line -> line.contains(connection) && line.contains("UP")),
                () -> node.nsm("get", "connections").out() + node.process().log());
    }

    @Test
    void no_packet_is_lost_when_the_node_is_killed_and_started_again() {
        var before = KernelState.of(ground.namespaces());
        node.connect("kept", URL, app);
        var plugged = KernelState.of(ground.namespaces());
        var four = Pinging.start(ground, app, "172.16.5.0");
        var six = Pinging.start(ground, app, "fd00:5::");
        for (var each : List.of(app, endpointNetns)) {
            Eventually.until(
                    "the kernel to be done",
                    () -> !Shell.inside(each, "ip -6 addr").contains("tentative"));
        }
        var monitor = ground.start(app, "monitor", Map.of(), List.of("ip", "monitor", "link", "address", "route"));
        var atEndpoint =
                ground.start(endpointNetns, "monitor", Map.of(), List.of("ip", "monitor", "link", "address", "route"));

        node.process().kill();
        plugged.assertStill();
        node.upAgain();
        awaitUp("kept");

        plugged.assertStill();
        assertThat(four.end().lost()).as(node.process().log()).isZero();
        assertThat(six.end().lost()).as(node.process().log()).isZero();
        monitor.close();
        atEndpoint.close();
        assertThat(monitor.log()).isEmpty();
        assertThat(atEndpoint.log()).isEmpty();

        node.connect("beside", URL, other); // the endpoint still knows which addresses are taken
        node.disconnect("beside");
        node.disconnect("kept");
        before.awaitAgain();
    }

    @Test
    void a_node_that_goes_down_in_order_leaves_its_wires_and_takes_them_up_again() {
        var before = KernelState.of(ground.namespaces());
        node.connect("stays", URL, app);
        var plugged = KernelState.of(ground.namespaces());

        assertThat(node.nsm("down").exit()).isZero();
        assertThat(node.process().awaitEnd()).isZero();
        assertThat(node.nsm("get", "connections").exit()).isEqualTo(3);
        assertThat(Shell.ping(app, "172.16.5.0")).isTrue();
        node.upAgain();
        awaitUp("stays");

        plugged.assertStill();
        node.disconnect("stays");
        before.awaitAgain();
    }

    @Test
    void a_wire_outlives_its_endpoint_s_process_and_is_known_to_the_next() {
        var before = KernelState.of(ground.namespaces());
        node.connect("outlives", URL, app);
        var plugged = KernelState.of(ground.namespaces());
        var pinging = Pinging.start(ground, app, "172.16.5.0");

        endpoint.kill();
        endpoint = node.responder(endpointNetns, "ep1", "icmp-responder", POOL);
        // a refresh, which the new process adopts; the forwarder hears of it a moment after the manager
        Eventually.until(
                "a refresh by the new process",
                () -> node.nsm("connect", URL, "--netns", app, "--name", "outlives")
                                .exit()
                        == 0,
                () -> node.process().log());
        node.connect("later", URL, other); // and so gives nobody else the same addresses

        assertThat(pinging.end().lost()).as(node.process().log()).isZero();
        assertThat(Shell.ping(other, "172.16.5.2")).isTrue();
        node.disconnect("later");
        plugged.awaitAgain();
        node.disconnect("outlives");
        before.awaitAgain();
    }

    @Test
    void a_restarted_endpoint_knows_its_wires_before_their_clients_ask_again() {
        var before = KernelState.of(ground.namespaces());
        node.connect("first", URL, app);
        var pinging = Pinging.start(ground, app, "172.16.5.0");

        endpoint.kill();
        endpoint = node.responder(endpointNetns, "ep1", "icmp-responder", POOL);
        node.connect("later", URL, other);

        assertThat(Shell.ping(other, "172.16.5.2")).isTrue();
        assertThat(pinging.end().lost()).as(node.process().log()).isZero();
        node.disconnect("first");
        node.disconnect("later");
        before.awaitAgain();
    }

    @Test
    void disconnect_works_while_the_endpoint_is_down_and_says_who_was_not_told() {
        var mortal = node.responder(endpointNetns, "mortal-1", "mortal", "172.16.6.0/24");
        var before = KernelState.of(ground.namespaces());
        node.connect("orphan", "kernel://mortal/nsm-1", app);
        mortal.kill();

        var answer = node.nsm("disconnect", "orphan");

        assertThat(answer.exit()).isZero();
        assertThat(answer.out()).isEqualTo("disconnected orphan\n");
        assertThat(answer.err()).contains("did not reach every hop").contains("mortal-1");
        before.awaitAgain();
    }

    @Test
    void a_close_works_before_the_restarted_node_has_taken_the_connection_up() {
        var before = KernelState.of(ground.namespaces());
        node.connect("early", URL, app);
        node.process().kill();
        node.upAgain();
        assertThat(node.nsm("disconnect", "early").exit()).isZero();
        before.awaitAgain();
        // an endpoint that the new process did not know yet is told a moment later; then the address rests for a while,
        // and whoever comes back in that time gets the one that it had
        var next = new AtomicInteger();
        Eventually.until("the address to be free again", () -> {
            var name = "next-" + next.incrementAndGet();
            if (node.nsm("connect", URL, "--netns", app, "--name", name).exit() != 0) {
                return false; // the endpoint is not registered with the new process yet
            }
            boolean lowest = Shell.inside(app, "ip addr show dev nsm-1").contains("172.16.5.1/32");
            node.disconnect(name);
            return lowest;
        });
    }

    @Test
    void what_was_acknowledged_is_there_after_a_crash() {
        var acknowledged = new ArrayList<String>();
        var over = new AtomicBoolean();
        var killer = Thread.ofVirtual().start(() -> {
            Eventually.until("some registrations", () -> acknowledged.size() >= 20);
            node.process().kill();
            over.set(true);
        });
        for (int number = 0; !over.get() && number < 10_000; number++) {
            var name = "svc-" + number;
            var answer = node.apply("""
                    apiVersion: networkservicemesh.io/v1
                    kind: NetworkService
                    metadata: {name: %s}
                    spec: {payload: IP}
                    """.formatted(name));
            if (answer.exit() == 0) {
                acknowledged.add(name);
            }
        }
        try {
            killer.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        node.upAgain();

        var names = node.nsm("get", "services", "-o", "name").out().lines().toList();
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(20);
        assertThat(names)
                .containsAll(acknowledged.stream().map("service/"::concat).toList());
    }
}
