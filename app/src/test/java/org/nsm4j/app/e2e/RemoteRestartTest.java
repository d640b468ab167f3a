package org.nsm4j.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The nodes at the ends of a tunnel are killed and started again; the tunnel does not notice. */
@Tag("kernel")
class RemoteRestartTest {
    @RegisterExtension
    static final Ground ground = new Ground();

    private static final String URL = "kernel://far/nsm-1";
    private static TestNode first;
    private static TestNode second;
    private static String endpoint;
    private static String app;
    private static Program responder;

    @BeforeAll
    static void start() {
        var one = ground.netns("a");
        var other = ground.netns("b");
        endpoint = ground.netns("ep");
        app = ground.netns("app");
        ground.join(one, "192.168.52.1/24", other, "192.168.52.2/24");
        first = TestNode.up(ground, "a", one, "--underlay-device", "under0");
        var token = first.nsm("token").out().strip();
        second = TestNode.up(ground, "b", other, "--underlay-device", "under0", "--join", token);
        responder = second.responder(endpoint, "ep-far", "far", "172.16.8.0/24");
    }

    @AfterEach
    void unplug() {
        first.disconnectAll();
    }

    private static void awaitUp(String connection) {
        Eventually.until(
                connection + " to be up again",
                () -> first.nsm("get", "connections")
                        .out()
                        .lines()
                        .anyMatch(line -> line.contains(connection) && line.contains("UP")),
                () -> first.nsm("get", "connections").out() + first.process().log());
    }

    /** Kills, starts again, and proves that neither a packet was lost nor anything changed in a workload. */
    private static void survive(String connection, List<TestNode> mortals) {
        Eventually.until(
                "the endpoint at the first node",
                () -> first.nsm("get", "endpoints").out().contains("ep-far"));
        var before = KernelState.of(ground.namespaces());
        first.connect(connection, URL, app);
        var plugged = KernelState.of(ground.namespaces());
        var pinging = Pinging.start(ground, app, "172.16.8.0");
        var monitors = new ArrayList<Program>();
        for (var each : List.of(app, endpoint)) {
            Eventually.until(
                    "the kernel to be done",
                    () -> !Shell.inside(each, "ip -6 addr").contains("tentative"));
            monitors.add(ground.start(each, "monitor", Map.of(), List.of("ip", "monitor", "link", "address", "route")));
        }

        mortals.forEach(each -> each.process().kill());
        plugged.assertStill();
        mortals.forEach(TestNode::upAgain);
        awaitUp(connection);
        second.awaitEndpoint("ep-far", responder);
        // a refresh, which passes every hop
        Eventually.until(
                "a refresh by every hop",
                () -> first.nsm("connect", URL, "--netns", app, "--name", connection)
                                .exit()
                        == 0,
                () -> first.nsm("connect", URL, "--netns", app, "--name", connection)
                        .err());

        plugged.assertStill();
        assertThat(pinging.end().lost())
                .as(first.process().log() + second.process().log())
                .isZero();
        for (var monitor : monitors) {
            monitor.close();
            assertThat(monitor.log()).isEmpty();
        }
        first.disconnect(connection);
        before.awaitAgain();
    }

    @Test
    void the_client_s_node() {
        survive("near", List.of(first));
    }

    @Test
    void the_endpoint_s_node() {
        survive("far", List.of(second));
    }

    @Test
    void both_nodes_at_once() {
        survive("both", List.of(first, second));
    }
}
