package org.nsm4j.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One node, one endpoint: a workload is plugged in and out by the command line. */
@Tag("kernel")
class LocalConnectTest {
    @RegisterExtension
    static final Ground ground = new Ground();

    private static final String POOL = "172.16.5.0/24,fd00:5::/112";
    private static final String URL = "kernel://icmp-responder/nsm-1";
    private static TestNode node;
    private static String endpoint;
    private static String app;

    @BeforeAll
    static void start() {
        var host = ground.netns("node");
        endpoint = ground.netns("ep");
        app = ground.netns("app");
        node = TestNode.up(ground, "n1", host);
        node.responder(endpoint, "ep1", "icmp-responder", POOL);
    }

    @AfterEach
    void unplug() {
        node.disconnectAll();
    }

    @Test
    void connects_a_workload_with_both_families_and_leaves_no_trace_after_it() {
        var before = KernelState.of(ground.namespaces());
        var entries = node.entries();

        var out = node.connect("local", URL, app);

        assertThat(out)
                .contains("connected local: nsm-1 in " + app + ", 172.16.5.")
                .contains("fd00:5::")
                .contains("by ep1");
        assertThat(Shell.ping(app, "172.16.5.0")).isTrue();
        assertThat(Shell.ping(app, "fd00:5::")).isTrue();
        assertThat(Shell.ping(endpoint, "172.16.5.1")).isTrue();
        assertThat(Shell.inside(node.netns(), "ip -br link"))
                .doesNotContain("nsm")
                .doesNotContain("veth");

        node.disconnect("local");
        before.awaitAgain();
        assertThat(node.entries()).isEqualTo(entries);
    }

    @Test
    void shows_a_connection_in_lists_and_in_full() {
        node.connect("shown", URL, app);
        try {
            assertThat(node.nsm("get", "connections").out()).contains("shown").contains("icmp-responder");
            assertThat(node.nsm("get", "connections", "-o", "name").out()).isEqualTo("connection/shown\n");
            var full = node.nsm("describe", "connection", "shown");
            assertThat(full.exit()).isZero();
            assertThat(full.out())
                    .contains("nsm-1")
                    .contains("172.16.5.")
                    .contains("n1-forwarder")
                    .contains("ep1");
            assertThat(node.nsm("describe", "connection", "shown", "-o", "json").out())
                    .contains("\"interface\" : \"nsm-1\"", "\"service\" : \"icmp-responder\"");
        } finally {
            node.disconnect("shown");
        }
        assertThat(node.nsm("get", "connections", "-o", "name").out()).isEmpty();
    }

    @Test
    void plugs_two_clients_into_one_endpoint() {
        var before = KernelState.of(ground.namespaces());
        var other = ground.netns("app2");
        node.connect("one", URL, app);
        node.connect("two", URL, other);
        var endpoints = Shell.inside(endpoint, "ip -br addr");
        for (var each : new String[] {app, other}) {
            var peer = peerOf(each);
            assertThat(endpoints).contains(peer);
            assertThat(Shell.ping(each, peer)).isTrue();
        }
        assertThat(peerOf(app)).isNotEqualTo(peerOf(other));
        node.disconnect("one");
        assertThat(Shell.ping(other, peerOf(other))).isTrue();
        node.disconnect("two");
        before.awaitAgain();
    }

    private static String peerOf(String netns) {
        return Shell.inside(netns, "ip -4 route show dev nsm-1").split(" ")[0].strip();
    }

    @Test
    void connecting_again_by_the_same_name_is_a_refresh_and_another_wish_a_conflict() {
        node.connect("again", URL, app);
        try {
            var before = KernelState.of(ground.namespaces());
            node.connect("again", URL, app);
            before.assertStill();

            var other = node.nsm("connect", "kernel://icmp-responder/nsm-2", "--netns", app, "--name", "again");
            assertThat(other.exit()).isEqualTo(1);
            assertThat(other.err())
                    .contains("connection name: again is taken by " + URL)
                    .contains("CONFLICT");
            before.awaitAgain();
        } finally {
            node.disconnect("again");
        }
    }

    @Test
    void tells_the_client_the_name_servers_of_the_endpoint_and_the_domains_to_search() {
        var configs = "[{\"dns_server_ips\":[\"10.20.0.53\"],\"search_domains\":[\"corp.example\"]}]";
        node.responder(ground.netns("named"), "named", "named", "172.16.6.0/24", "--dns-configs", configs);
        node.connect("dns", "kernel://named/nsm-1", app);
        assertThat(node.nsm("describe", "connection", "dns").out())
                .containsPattern("DNS +10.20.0.53\n")
                .containsPattern("Search +corp.example\n");
        assertThat(node.nsm("describe", "connection", "dns", "-o", "json").out())
                .contains("\"searchDomains\" : [ \"corp.example\" ]");
    }

    @Test
    void suggests_the_near_name() {
        var service = node.nsm("connect", "kernel://icmp-respnder/nsm-1", "--netns", app);
        assertThat(service.exit()).isEqualTo(1);
        assertThat(service.err())
                .contains("icmp-respnder")
                .contains("did you mean \"icmp-responder\"?)\n")
                .contains("NOT_FOUND");

        node.connect("named", URL, app);
        try {
            var connection = node.nsm("disconnect", "nmed");
            assertThat(connection.exit()).isEqualTo(1);
            assertThat(connection.err()).contains("did you mean \"named\"");
        } finally {
            node.disconnect("named");
        }
        assertThat(node.nsm("conect").exit()).isEqualTo(2);
        assertThat(node.nsm("conect").err()).contains("connect");
    }

    @Test
    void says_by_its_exit_code_that_no_node_answers() {
        var answer = node.nsm(
                "get", "services", "--admin", node.run().resolve("nobody.sock").toString());
        assertThat(answer.exit()).isEqualTo(3);
        assertThat(answer.err()).contains("nobody.sock").contains("nsm up");
    }
}
