package org.nsm4j.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Endpoints and nodes die for good; workloads are moved to what is left. */
@Tag("kernel")
class HealTest {
    @RegisterExtension
    static final Ground ground = new Ground();

    /** Both endpoints give the first client the same addresses, so that one pinger is answered by either. */
    private static final String POOL = "172.16.7.0/24";

    /** Far less than the minutes after which an unhealed connection ends by itself; ./dev bench life measures it. */
    private static final Duration SOON = Duration.ofSeconds(30);

    private static final String TARGET = "172.16.7.0";
    private static TestNode node;
    private static String app;
    private static String one;
    private static String other;

    @BeforeAll
    static void start() {
        var host = ground.netns("node");
        app = ground.netns("app");
        one = ground.netns("ep1");
        other = ground.netns("ep2");
        node = TestNode.up(ground, "n1", host);
    }

    @AfterEach
    void unplug() {
        node.disconnectAll();
    }

    private static String url(String service) {
        return "kernel://%s/nsm-1".formatted(service);
    }

    private static void awaitEndpointOf(String connection, String endpoint) {
        Eventually.until(
                connection + " to be at " + endpoint,
                () -> {
                    var described =
                            node.nsm("describe", "connection", connection).out();
                    return described.contains(endpoint) && described.contains("UP");
                },
                () -> node.nsm("describe", "connection", connection).out()
                        + node.process().log());
    }

    @Test
    void a_workload_whose_endpoint_is_killed_is_moved_to_another_and_at_most_one_packet_is_lost() {
        var first = node.responder(one, "ep-a", "killed", POOL);
        var before = KernelState.of(ground.namespaces());
        node.connect("moved", url("killed"), app);
        var second = node.responder(other, "ep-b", "killed", POOL);
        var pinging = Pinging.start(ground, app, TARGET);

        first.kill();
        awaitEndpointOf("moved", "ep-b");
        Eventually.until(
                "one link", () -> Shell.inside(app, "ip -br link").lines().count() == 2);

        pinging.awaitMoreAnswers();
        pinging.end();
        assertThat(Shell.inside(one, "ip -br link").lines()).hasSize(1);
        assertThat(Shell.inside(app, "ip -4 addr show nsm-1")).containsOnlyOnce("inet ");
        assertThat(pinging.lost()).isLessThanOrEqualTo(1);
        assertThat(node.nsm("describe", "connection", "moved").out())
                .contains("moved from ep-a to ep-b", "endpoint ep-a has ended");
        node.disconnect("moved");
        second.kill();
        before.awaitAgain();
    }

    @Test
    void a_workload_whose_endpoint_goes_with_its_namespace_is_moved() {
        var second = node.responder(other, "ep-d", "vanished", POOL);
        var inside = new ArrayList<>(List.of("unshare", "--net"));
        inside.addAll(Shell.nsm(
                "endpoint", "responder", "--name", "ep-c", "--service-names", "vanished", "--cidr-prefix", POOL));
        var first = ground.start(one, "ep-c", node.environment(), inside);
        Eventually.until("ep-c", () -> node.nsm("get", "endpoints").out().contains("ep-c"));
        connectTo("vanishing", "vanished", "ep-c");
        var pinging = Pinging.start(ground, app, TARGET);
        first.kill();
        awaitEndpointOf("vanishing", "ep-d");
        pinging.awaitMoreAnswers();
        pinging.end();
        assertThat(pinging.gap()).isLessThan(SOON);
        node.disconnect("vanishing");
        second.kill();
    }

    /** Which of two endpoints comes first is the registry's affair: asks until it is this one. */
    private static void connectTo(String connection, String service, String endpoint) {
        Eventually.until("a connection to " + endpoint, () -> {
            node.connect(connection, url(service), app);
            if (node.nsm("describe", "connection", connection).out().contains(endpoint)) {
                return true;
            }
            node.disconnect(connection);
            return false;
        });
    }
}
