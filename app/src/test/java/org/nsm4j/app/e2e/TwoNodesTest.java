package org.nsm4j.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.socket.ChannelsInside;

/** Two nodes, the second joined by a token: a workload on the one, its endpoint on the other. */
@Tag("kernel")
class TwoNodesTest {
    @RegisterExtension
    static final Ground ground = new Ground();

    private static final String URL = "kernel://far/nsm-1";
    private static TestNode first;
    private static TestNode second;
    private static String usedToken;
    private static String endpoint;
    private static String app;

    @BeforeAll
    static void start() {
        var one = ground.netns("a");
        var other = ground.netns("b");
        endpoint = ground.netns("ep");
        app = ground.netns("app");
        ground.join(one, "192.168.50.1/24", other, "192.168.50.2/24");
        first = TestNode.up(ground, "a", one, "--underlay-device", "under0");
        usedToken = token();
        second = TestNode.up(ground, "b", other, "--underlay-device", "under0", "--join", usedToken);
        second.responder(endpoint, "ep-far", "far", "172.16.6.0/24,fd00:6::/112");
    }

    private static String token() {
        var answer = first.nsm("token");
        assertThat(answer.exit()).isZero();
        return answer.out().strip();
    }

    @AfterEach
    void unplug() {
        first.disconnectAll();
    }

    @Test
    void connects_across_nodes_and_leaves_no_trace_after_it() {
        Eventually.until(
                "the endpoint at the first node",
                () -> first.nsm("get", "endpoints").out().contains("ep-far"));
        var before = KernelState.of(ground.namespaces());
        var entries = first.entries();

        first.connect("remote", URL, app);

        assertThat(Shell.ping(app, "172.16.6.0")).isTrue();
        assertThat(Shell.ping(app, "fd00:6::")).isTrue();
        // 1500 of the underlay less 50 of VXLAN over IPv4, at both ends
        assertThat(Shell.inside(app, "ip link show nsm-1")).contains("mtu 1450");
        assertThat(Shell.inside(endpoint, "ip link")).contains("mtu 1450");
        assertThat(Shell.attempt("nsenter --net=/run/netns/" + app + " ping -n -c 1 -W 2 -M do -s 1422 172.16.6.0")
                        .exit())
                .isZero();
        // no more than lo, the underlay, and what holds the port: the tunnel's end is in the workload's namespace
        assertThat(Shell.inside(first.netns(), "ip -br link").lines())
                .hasSize(3)
                .anyMatch(link -> link.startsWith("nsm-vxlan-4789"));
        var path = first.nsm("describe", "connection", "remote").out();
        assertThat(path).contains("a-forwarder", "b-forwarder", "ep-far");

        first.disconnect("remote");
        before.awaitAgain();
        assertThat(first.entries()).isEqualTo(entries);
    }

    @Test
    void says_so_where_another_program_has_the_vxlan_port() throws IOException {
        Eventually.until(
                "the endpoint at the first node",
                () -> first.nsm("get", "endpoints").out().contains("ep-far"));
        // whoever takes the port while the node runs has to wait for its link to go
        Shell.inside(first.netns(), "ip link del nsm-vxlan-4789");
        var before = KernelState.of(ground.namespaces());
        var entries = first.entries();
        try (var netns = Netns.named(first.netns()).open();
                var channel = ChannelsInside.datagram(netns)) {
            channel.bind(new InetSocketAddress("0.0.0.0", 4789));
            var answer = first.nsm("connect", URL, "--netns", app, "--name", "port-taken");
            assertThat(answer.exit()).isEqualTo(1);
            assertThat(answer.err()).contains("by a-forwarder", "4789", "another program", "--vxlan-port", "CONFLICT");
            before.awaitAgain();
            assertThat(first.entries()).isEqualTo(entries);
        }
        first.connect("port-free", URL, app);
        assertThat(Shell.ping(app, "172.16.6.0")).isTrue();
        first.disconnect("port-free");
        before.awaitAgain();
    }

    @Test
    void lists_both_nodes() {
        Eventually.until(
                "both nodes",
                () -> first.nsm("get", "nodes", "-o", "name").out().equals("node/a\nnode/b\n"),
                () -> first.nsm("get", "nodes").out());
        Eventually.until(
                "both nodes",
                () -> second.nsm("get", "nodes", "-o", "name").out().equals("node/a\nnode/b\n"),
                () -> second.nsm("get", "nodes").out());
    }

    @Test
    void refuses_a_token_that_was_used() {
        assertThat(endOf(usedToken)).contains("NOT_AUTHORIZED").contains("token");
    }

    @Test
    void refuses_a_token_of_somebody_else() {
        var token = token();
        // another secret, the same certificate's hash and address
        int middle = token.length() / 2;
        var wrong =
                token.substring(0, middle) + (token.charAt(middle) == 'A' ? 'B' : 'A') + token.substring(middle + 1);
        assertThat(endOf(wrong)).contains("token");
        assertThat(endOf("nonsense")).contains("token").contains("expected");
    }

    /** What a third host says that tries to join by a token, and ends. */
    private static String endOf(String token) {
        var folder = ground.folder();
        var program = ground.nsm(
                second.netns(),
                "third",
                Map.of(),
                "up",
                "--node-name",
                "third",
                "--state-dir",
                folder.resolve("state").toString(),
                "--run-dir",
                folder.resolve("run").toString(),
                "--identity-file",
                folder.resolve("none.yaml").toString(),
                "--prometheus-listen-on",
                "",
                "--listen-address",
                "127.0.0.1",
                "--join",
                token);
        assertThat(program.awaitEnd()).isBetween(1, 2);
        assertThat(first.nsm("get", "nodes", "-o", "name").out()).doesNotContain("third");
        return program.log();
    }
}
