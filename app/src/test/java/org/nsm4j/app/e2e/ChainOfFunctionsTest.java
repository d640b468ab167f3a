package org.nsm4j.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client, functions that pass on and a gateway: on one node, and with the chain's end on another. */
@Tag("kernel")
class ChainOfFunctionsTest {
    @RegisterExtension
    static final Ground ground = new Ground();

    private static final String URL = "kernel://secure/nsm-1";
    private static final String SECURE = """
            apiVersion: networkservicemesh.io/v1
            kind: NetworkService
            metadata: {name: secure}
            spec:
              matches:
                - source_selector: {app: firewall}
                  routes: [{destination_selector: {app: inspector}}]
                - source_selector: {app: inspector}
                  routes: [{destination_selector: {app: gateway}}]
                - routes: [{destination_selector: {app: firewall}}]
            """;

    private static TestNode first;
    private static TestNode second;
    private static String app;
    private static String other;
    private static String firewall;
    private static Program firewallProgram;

    @BeforeAll
    static void start() {
        var one = ground.netns("a");
        var two = ground.netns("b");
        app = ground.netns("app");
        other = ground.netns("app2");
        firewall = ground.netns("fw");
        ground.join(one, "192.168.51.1/24", two, "192.168.51.2/24");
        first = TestNode.up(ground, "a", one, "--underlay-device", "under0");
        assertThat(first.apply(SECURE).err()).contains("rule 1 wants app=inspector, which no endpoint");
        firewallProgram = function(first, firewall, "firewall-1", "firewall");
        function(first, ground.netns("insp"), "inspector-1", "inspector");
        gateway(first, "gateway-1", "172.16.21.0/24,fd00:21::/112");
        var token = first.nsm("token").out().strip();
        second = TestNode.up(ground, "b", two, "--underlay-device", "under0", "--join", token);
    }

    private static Program function(TestNode node, String netns, String name, String label) {
        var program = ground.nsm(
                netns,
                name,
                node.environment(),
                "endpoint",
                "passthrough",
                "--name",
                name,
                "--service-names",
                "secure",
                "--labels",
                "app:" + label);
        node.awaitEndpoint(name, program);
        return program;
    }

    private static Program gateway(TestNode node, String name, String pool) {
        return node.responder(
                ground.netns(name), name, "secure", pool, "--labels", "app:gateway", "--register-service", "false");
    }

    @AfterEach
    void unplug() {
        first.disconnectAll();
        second.disconnectAll();
    }

    private static List<String> path(TestNode node, String connection) {
        var names = new ArrayList<String>();
        for (var line :
                node.nsm("describe", "connection", connection).out().lines().toList()) {
            for (var name : List.of("firewall-1", "inspector-1", "gateway-1", "gateway-2")) {
                if (line.contains(name)) {
                    names.add(name);
                }
            }
        }
        return names.stream().distinct().toList();
    }

    @Test
    void leads_packets_of_both_families_through_every_function_and_leaves_no_trace() {
        var before = KernelState.of(ground.namespaces());
        var entries = first.entries();

        first.connect("chained", URL, app);
        assertThat(Shell.ping(app, "172.16.21.0")).isTrue();
        assertThat(Shell.ping(app, "fd00:21::")).isTrue();
        assertThat(path(first, "chained")).containsExactly("firewall-1", "inspector-1", "gateway-1");
        // no function has an address of the connection: packets pass, and nothing in between answers for the far end
        assertThat(Shell.inside(firewall, "ip -br addr")).doesNotContain("172.16.21.");

        first.connect("second", URL, other);
        assertThat(Shell.ping(other, "172.16.21.2")).isTrue();
        assertThat(Shell.ping(app, "172.16.21.0")).isTrue();

        first.disconnect("chained");
        assertThat(Shell.ping(other, "172.16.21.2")).isTrue();
        first.disconnect("second");
        before.awaitAgain();
        assertThat(first.entries()).isEqualTo(entries);
    }

    @Test
    void goes_on_while_a_function_is_down_and_takes_the_connection_up_when_it_is_back() {
        var before = KernelState.of(ground.namespaces());
        first.connect("steady", URL, app);
        assertThat(Shell.ping(app, "172.16.21.0")).isTrue();
        firewallProgram.kill();
        // the kernel forwards without us
        assertThat(Shell.ping(app, "172.16.21.0")).isTrue();
        firewallProgram = function(first, firewall, "firewall-1", "firewall");
        assertThat(Shell.ping(app, "172.16.21.0")).isTrue();
        // by way of a process that never heard of it
        first.disconnect("steady");
        before.awaitAgain();
    }

    @Test
    void reaches_over_to_functions_on_another_node() {
        gateway(second, "gateway-2", "172.16.22.0/24");
        Eventually.until(
                "the gateway at the first node",
                () -> first.nsm("get", "endpoints").out().contains("gateway-2"));
        second.connect("far", URL, other);
        assertThat(Shell.inside(other, "ip link show nsm-1")).contains("mtu 1450");
        var gateway = path(second, "far").getLast();
        assertThat(Shell.ping(other, gateway.equals("gateway-1") ? "172.16.21.0" : "172.16.22.0"))
                .isTrue();
    }
}
