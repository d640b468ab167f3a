package org.nsm4j.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
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

    private static final Pattern SUMMARY = Pattern.compile("([0-9]+) packets transmitted, ([0-9]+) received");
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

    /** How many packets of a pinger that has ended were not answered. */
    private static int lost(Program pinging) {
        var summary = SUMMARY.matcher(pinging.log());
        assertThat(summary.find()).as(pinging.log()).isTrue();
        return Integer.parseInt(summary.group(1)) - Integer.parseInt(summary.group(2));
    }

    @Test
    void a_workload_whose_endpoint_is_killed_is_moved_to_another_and_at_most_one_packet_is_lost() {
        var first = node.responder(one, "ep-a", "killed", POOL);
        var before = KernelState.of(ground.namespaces());
        node.connect("moved", url("killed"), app);
        var second = node.responder(other, "ep-b", "killed", POOL);
        var pinging = ground.start(app, "ping", Map.of(), List.of("ping", "-n", "-i", "0.01", TARGET));
        pinging.awaitLog("icmp_seq=5 ");

        first.kill();
        awaitEndpointOf("moved", "ep-b");
        Eventually.until(
                "one link", () -> Shell.inside(app, "ip -br link").lines().count() == 2);

        pinging.awaitLog("icmp_seq=9");
        pinging.signal("INT");
        pinging.awaitEnd();
        assertThat(Shell.inside(one, "ip -br link").lines()).hasSize(1);
        assertThat(Shell.inside(app, "ip -4 addr show nsm-1")).containsOnlyOnce("inet ");
        assertThat(lost(pinging)).isLessThanOrEqualTo(1);
        assertThat(node.nsm("describe", "connection", "moved").out())
                .contains("moved from ep-a to ep-b", "endpoint ep-a has ended");
        node.disconnect("moved");
        second.kill();
        before.awaitAgain();
    }
}
