package org.nsm4j.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The endpoint's node is cut off, or its programs end for good. */
@Tag("kernel")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RemoteHealTest {
    @RegisterExtension
    static final Ground ground = new Ground();

    /** Both endpoints give the first client the same addresses, so that one pinger is answered by either. */
    private static final String POOL = "172.16.8.0/24";

    private static final String TARGET = "172.16.8.0";
    /** Far less than the minutes after which an unhealed connection ends by itself; ./dev bench life measures it. */
    private static final Duration SOON = Duration.ofSeconds(30);

    /** One, where nobody else wants the processor in the moment when one wire makes room for the other. */
    private static final int FEW = 3;

    private static TestNode near;
    private static TestNode far;
    private static String app;

    @BeforeAll
    static void start() {
        var host = ground.netns("node");
        var farHost = ground.netns("far");
        app = ground.netns("app");
        var nearEndpoint = ground.netns("epnear");
        var farEndpoint = ground.netns("epfar");
        ground.join(host, "192.168.53.1/24", farHost, "192.168.53.2/24");
        near = TestNode.up(ground, "n1", host, "--underlay-device", "under0");
        near.responder(nearEndpoint, "ep-near", "cut", POOL);
        var token = near.nsm("token").out().strip();
        far = TestNode.up(ground, "n2", farHost, "--underlay-device", "under0", "--join", token);
        far.responder(farEndpoint, "ep-far", "cut", POOL);
        Eventually.until("ep-far", () -> near.nsm("get", "endpoints").out().contains("ep-far"));
    }

    @AfterEach
    void unplug() {
        near.disconnectAll();
    }

    /** Whose turn it is is the forwarder's affair: asks until it is the far one's. */
    private static void connectToTheFarOne(String connection) {
        connectTo("ep-far", "cut", connection);
    }

    private static void connectTo(String endpoint, String service, String connection) {
        Eventually.until("a connection to " + endpoint, () -> {
            near.connect(connection, "kernel://%s/nsm-1".formatted(service), app);
            if (near.nsm("describe", "connection", connection).out().contains(endpoint)) {
                return true;
            }
            near.disconnect(connection);
            return false;
        });
    }

    @Test
    @Order(0)
    void a_node_that_is_drained_keeps_no_connection_and_gets_none_until_that_is_undone() {
        near.responder(ground.netns("dnear"), "dr-near", "drain", "172.16.9.0/24");
        far.responder(ground.netns("dfar"), "dr-far", "drain", "172.16.9.0/24");
        Eventually.until("dr-far", () -> near.nsm("get", "endpoints").out().contains("dr-far"));
        connectTo("dr-far", "drain", "drained");
        var pinging = Pinging.start(ground, app, "172.16.9.0");

        var drain = far.nsm("drain", "--timeout", "30s");
        assertThat(drain.out()).as(drain.err()).isEqualTo("drained, 0 connections left\n");
        pinging.awaitMoreAnswers();
        pinging.end();
        assertThat(pinging.lost()).isLessThanOrEqualTo(FEW);
        assertThat(near.nsm("describe", "connection", "drained").out())
                .contains("dr-near", "moved from dr-far to dr-near, no gap", "node n2 is being drained");
        near.disconnect("drained");

        var refused = far.nsm("connect", "kernel://drain/nsm-1", "--netns", ground.netns("late"));
        assertThat(refused.err()).contains("takes no new connections");
        for (int i = 0; i < 2; i++) {
            near.connect("new", "kernel://drain/nsm-1", app);
            assertThat(near.nsm("describe", "connection", "new").out()).contains("dr-near");
            near.disconnect("new");
        }
        assertThat(far.nsm("drain", "--undo").exit()).isZero();
        connectTo("dr-far", "drain", "again");
    }

    @Test
    @Order(1)
    void a_workload_whose_endpoint_s_node_is_cut_off_is_moved_to_another_node() {
        connectToTheFarOne("cut-off");
        var pinging = Pinging.start(ground, app, TARGET);

        Shell.inside(far.netns(), "ip link set under0 down");
        try {
            Eventually.until(
                    "the near endpoint",
                    () -> near.nsm("describe", "connection", "cut-off").out().contains("ep-near"),
                    () -> near.process().log());
            pinging.awaitMoreAnswers();
        } finally {
            Shell.inside(far.netns(), "ip link set under0 up");
        }
        pinging.end();

        assertThat(pinging.gap()).as(near.process().log()).isLessThan(SOON);
        assertThat(near.nsm("describe", "connection", "cut-off").out()).contains("192.168.53.2 does not answer");
        assertThat(Shell.inside(app, "ip -4 addr show nsm-1")).containsOnlyOnce("inet ");
    }

    @Test
    @Order(2)
    void no_packet_is_lost_when_the_endpoint_s_node_loses_its_programs_and_gets_them_back() {
        connectToTheFarOne("stays");
        // the far endpoint keeps the addresses of whoever could not tell it that it left
        var pinging = Pinging.start(ground, app, near.peerOf("stays"));

        far.process().kill();
        Eventually.until(
                "the client to notice",
                () -> near.nsm("describe", "connection", "stays").out().contains("does not answer"),
                () -> near.process().log());
        pinging.awaitMoreAnswers();
        far.upAgain();
        Eventually.until(
                "the path to be mended",
                () -> near.nsm("describe", "connection", "stays").out().contains("UP"),
                () -> near.process().log() + far.process().log());
        pinging.awaitMoreAnswers();
        pinging.end();

        assertThat(pinging.lost()).isZero();
        assertThat(near.nsm("describe", "connection", "stays").out()).contains("ep-far", "mended, no gap");
    }
}
