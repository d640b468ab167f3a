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

/** What cannot be is refused in words that name the hop and the cure, and leaves kernel and registry as they were. */
@Tag("kernel")
class BadInputTest {
    @RegisterExtension
    static final Ground ground = new Ground();

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
        node.responder(endpoint, "ep1", "icmp-responder", "172.16.5.0/24,fd00:5::/112");
        // a pool of one pair, the first of two endpoints of its service
        node.responder(endpoint, "small-1", "small", "172.16.7.0/31");
    }

    @AfterEach
    void unplug() {
        node.disconnectAll();
    }

    /** Asks for a connection, which is refused with an exit code and in these words; nothing has changed after it. */
    private static void refuses(int exit, List<String> arguments, String... words) {
        var before = KernelState.of(ground.namespaces());
        var entries = node.entries();
        var command = new ArrayList<>(List.of("connect"));
        command.addAll(arguments);
        var answer = node.nsm(command.toArray(String[]::new));
        assertThat(answer.err()).contains(words).doesNotContain("\tat ");
        assertThat(answer.exit()).isEqualTo(exit);
        before.awaitAgain();
        assertThat(node.entries()).isEqualTo(entries);
    }

    private static void refuses(int exit, String url, String target, String... words) {
        refuses(exit, List.of(url, "--netns", target), words);
    }

    @Test
    void a_malformed_url() {
        refuses(2, "icmp-responder", app, "url: \"icmp-responder\"", "expected: kernel://SERVICE");
        refuses(1, "kernel://", app, "service: \"\"", "expected", "INVALID");
        refuses(1, "kernel://icmp-responder/nsm-1?=x", app, "expected", "INVALID");
    }

    @Test
    void an_unknown_service_and_an_unknown_mechanism() {
        refuses(1, "kernel://nowhere/nsm-1", app, "by n1", "service: \"nowhere\"", "NOT_FOUND", "nsm get services");
        refuses(1, "memif://icmp-responder/nsm-1", app, "MEMIF", "expected", "KERNEL", "UNSUPPORTED");
        refuses(1, "smoke://icmp-responder/nsm-1", app, "smoke", "expected", "kernel");
    }

    @Test
    void an_interface_name_that_is_too_long_dangerous_or_taken() {
        refuses(1, "kernel://icmp-responder/a-name-of-sixteen", app, "interface", "a-name-of-sixteen", "15");
        refuses(1, "kernel://icmp-responder/lo", app, "interface", "lo", "expected");
        refuses(1, "kernel://icmp-responder/eth0", app, "interface", "eth0", "expected");
        refuses(1, "kernel://icmp-responder/../x", app, "expected", "INVALID");
        Shell.run("ip -n %s link add nsm-7 type veth peer name nsm-8".formatted(app));
        try {
            refuses(
                    1,
                    "kernel://icmp-responder/nsm-7",
                    app,
                    "by n1-forwarder",
                    "nsm-7",
                    "is taken by a veth link",
                    "CONFLICT");
        } finally {
            Shell.run("ip -n %s link del nsm-7".formatted(app));
        }
    }

    @Test
    void a_namespace_that_does_not_exist_or_is_the_endpoint_s() {
        refuses(1, URL, "nsme2e-nobody", "nsme2e-nobody", "ip netns list", "NOT_FOUND");
        refuses(1, List.of(URL, "--pid", "4194304"), "4194304", "NOT_FOUND");
        refuses(
                1,
                URL,
                endpoint,
                "by n1-forwarder",
                "client and endpoint are both in",
                "expected: two network namespaces");
    }

    @Test
    void an_address_or_a_route_that_the_workload_already_has() {
        Shell.run("ip -n %s link add other type veth peer name other2".formatted(app));
        try {
            Shell.run("ip -n %s addr add 172.16.5.1/32 dev other".formatted(app));
            refuses(
                    1,
                    URL,
                    app,
                    "by n1-forwarder",
                    "address: 172.16.5.1/32 for nsm-1",
                    "172.16.5.1/32 on other",
                    "CONFLICT");
            Shell.run("ip -n %s addr del 172.16.5.1/32 dev other".formatted(app));
            Shell.run("ip -n %s link set other up".formatted(app));
            Shell.run("ip -n %s route add 172.16.5.0/32 dev other".formatted(app));
            refuses(1, URL, app, "by n1-forwarder", "172.16.5.0/32 for nsm-1", "on other", "CONFLICT");
        } finally {
            Shell.run("ip -n %s link del other".formatted(app));
        }
    }

    @Test
    void an_exhausted_pool_until_another_endpoint_has_addresses() {
        var second = ground.netns("app2");
        node.connect("first", "kernel://small/nsm-1", app);
        refuses(1, "kernel://small/nsm-1", second, "small-1", "172.16.7.0/31", "NO_ADDRESS", "start another endpoint");

        var more = node.responder(endpoint, "small-2", "small", "172.16.8.0/31");
        assertThat(node.connect("second", "kernel://small/nsm-1", second))
                .contains("172.16.8.")
                .contains("by small-2");
        assertThat(Shell.ping(second, "172.16.8.0")).isTrue();
        node.disconnectAll();
        more.close();
    }

    @Test
    void a_wrong_payload() {
        node.apply("""
                apiVersion: networkservicemesh.io/v1
                kind: NetworkService
                metadata: {name: ether}
                spec: {payload: IP}
                """);
        node.responder(endpoint, "ether-1", "ether", "172.16.9.0/24", "--payload", "ETHERNET");
        refuses(1, "kernel://ether/nsm-1", app, "by ether-1", "payload: IP", "expected: ETHERNET", "UNSUPPORTED");
    }

    @Test
    void ipv6_is_switched_on_for_the_wire_alone_where_the_workload_has_it_off() {
        var workload = ground.netns("no6");
        Shell.inside(workload, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
        var before = KernelState.of(ground.namespaces());
        node.connect("six", URL, workload);
        assertThat(Shell.ping(workload, "172.16.5.0")).isTrue();
        assertThat(Shell.ping(workload, "fd00:5::")).isTrue();
        assertThat(Shell.inside(workload, "sysctl -n net.ipv6.conf.all.disable_ipv6"))
                .isEqualTo("1\n");
        node.disconnect("six");
        before.awaitAgain();
    }

    @Test
    void a_command_that_is_called_off_midway() {
        var before = KernelState.of(ground.namespaces());
        // an endpoint that has stopped answers no request, so that the command is in the middle of it
        var slow = node.responder(endpoint, "slow", "slow", "172.16.10.0/24");
        var entries = node.entries();
        slow.signal("STOP");
        try {
            var command = ground.nsm(
                    node.netns(),
                    "connect",
                    Map.of("NSM_ADMIN", node.socket().toString()),
                    "connect",
                    "kernel://slow/nsm-1",
                    "--netns",
                    app,
                    "--name",
                    "called-off");
            Eventually.until(
                    "the request to be on its way", () -> node.entries().contains("called-off"), command::log);
            command.signal("INT");
            assertThat(command.awaitEnd()).isEqualTo(130);
            Eventually.until(
                    "the node to forget it",
                    () -> node.entries().equals(entries),
                    () -> node.process().log());
        } finally {
            slow.signal("CONT");
        }
        before.awaitAgain();
        node.connect("after", "kernel://slow/nsm-1", app);
        assertThat(Shell.ping(app, "172.16.10.0")).isTrue();
        node.disconnect("after");
        before.awaitAgain();
    }
}
