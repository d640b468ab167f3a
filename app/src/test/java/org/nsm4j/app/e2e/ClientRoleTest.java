package org.nsm4j.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code nsm client} beside a workload, told what to do by variables alone, as in a pod. */
@Tag("kernel")
class ClientRoleTest {
    @RegisterExtension
    static final Ground ground = new Ground();

    private static final String URL = "kernel://icmp-responder/nsm-1?app=x";
    private static final String HALF_OF_IT = URL + ",kernel://nowhere/nsm-2";
    private static TestNode node;
    private static String app;

    @BeforeAll
    static void start() {
        var host = ground.netns("node");
        var endpoint = ground.netns("ep");
        app = ground.netns("app");
        node = TestNode.up(ground, "n1", host);
        node.responder(endpoint, "ep1", "icmp-responder", "172.16.5.0/24,fd00:5::/112");
    }

    private static Program client(String name, String... arguments) {
        return client(name, URL, arguments);
    }

    private static Program client(String name, String services, String[] arguments) {
        Map<String, String> environment = new HashMap<>(node.environment());
        environment.put("NSM_NAME", name);
        environment.put("NSM_NETWORK_SERVICES", services);
        var command = new String[arguments.length + 1];
        command[0] = "client";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return ground.nsm(app, name, environment, command);
    }

    @Test
    void a_sidecar_takes_over_what_the_init_container_made_and_closes_it_at_its_end() {
        var before = KernelState.of(ground.namespaces());
        var init = client("nsc", "--init");
        assertThat(init.awaitEnd()).as(init.log()).isZero();
        assertThat(Shell.ping(app, "172.16.5.0")).isTrue();
        assertThat(Shell.ping(app, "fd00:5::")).isTrue();
        var plugged = KernelState.of(ground.namespaces());

        var sidecar = client("nsc");
        sidecar.awaitLog("connected id=nsc-0 endpoint=ep1");
        plugged.assertStill();
        assertThat(Shell.ping(app, "172.16.5.0")).isTrue();

        sidecar.signal("TERM");
        assertThat(sidecar.awaitEnd()).isEqualTo(143);
        before.awaitAgain();
    }

    @Test
    void an_init_container_whose_time_is_up_fails_and_leaves_nothing_behind() {
        var before = KernelState.of(ground.namespaces());
        var init = client("late", HALF_OF_IT, new String[] {"--init", "--init-timeout", "2s"});
        assertThat(init.awaitEnd()).isEqualTo(1);
        assertThat(init.log())
                .contains("connected id=late-0")
                .contains("connection late-1: not there after 2s (NSM_INIT_TIMEOUT)", "service: \"nowhere\"");
        before.awaitAgain();
    }

    @Test
    void a_client_that_is_told_to_end_midway_leaves_nothing_behind() {
        var before = KernelState.of(ground.namespaces());
        for (var signal : new String[] {"TERM", "INT"}) {
            var client = client("midway", HALF_OF_IT, new String[0]);
            client.awaitLog("not connected yet id=midway-1");
            client.signal(signal);
            assertThat(client.awaitEnd()).isEqualTo(signal.equals("TERM") ? 143 : 130);
            before.awaitAgain();
        }
    }

    @Test
    void a_client_that_is_told_nonsense_ends_at_once_and_says_why() {
        var environment = new HashMap<>(node.environment());
        environment.put("NSM_NETWORK_SERVICES", "kernel://icmp-responder/a-name-of-sixteen");
        var client = ground.nsm(app, "nonsense", environment, "client");
        assertThat(client.awaitEnd()).isBetween(1, 2);
        assertThat(client.log()).contains("a-name-of-sixteen").contains("expected");
    }
}
