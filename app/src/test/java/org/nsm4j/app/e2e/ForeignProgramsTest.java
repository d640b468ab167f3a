package org.nsm4j.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.app.e2e.Mix.Role;

/**
 * The conformance suite's part against programs that are not ours, whose paths the environment gives:
 * {@code NSM_PEER_NSC}, {@code NSM_PEER_NSE}, {@code NSM_PEER_NSMGR}, {@code NSM_PEER_REGISTRY},
 * {@code NSM_PEER_FORWARDER}. Each mix has to connect, answer pings, stand over several refreshes, heal when its endpoint
 * dies, and leave nothing behind when it is closed.
 */
@Tag("foreign")
class ForeignProgramsTest {
    @RegisterExtension
    static final Ground ground = new Ground();

    @Test
    void a_foreign_client_on_our_node() {
        lives(1, Role.NSC);
    }

    @Test
    void a_foreign_client_across_our_nodes() {
        lives(2, Role.NSC);
    }

    @Test
    void a_foreign_endpoint_behind_our_node() {
        lives(1, Role.NSE);
    }

    @Test
    void a_foreign_client_and_a_foreign_endpoint_across_our_nodes() {
        lives(2, Role.NSC, Role.NSE);
    }

    @Test
    void a_foreign_manager_between_our_programs() {
        lives(1, Role.NSMGR);
    }

    @Test
    void a_foreign_registry_behind_our_managers() {
        lives(2, Role.REGISTRY);
    }

    @Test
    void our_registry_behind_foreign_managers() {
        lives(2, Role.NSMGR);
    }

    @Test
    void our_forwarders_alone_among_foreign_programs() {
        lives(2, Role.REGISTRY, Role.NSMGR, Role.NSE, Role.NSC);
    }

    @Test
    void a_foreign_forwarder_under_our_manager() {
        lives(1, Role.FORWARDER);
    }

    private static void lives(int nodes, Role... foreign) {
        var missing = Stream.of(foreign)
                .filter(role -> role.foreign().isEmpty())
                .map(role -> "NSM_PEER_" + role)
                .collect(Collectors.joining(" and "));
        assumeTrue(missing.isEmpty(), missing + " not set (expected: the path of a foreign program)");
        var app = ground.netns("app");
        var first = ground.netns("ep1");
        var second = ground.netns("ep2");
        var before = KernelState.of(List.of(app, second));
        try (var mix = new Mix(ground, nodes, Set.of(foreign)).up()) {
            var endpoint = mix.endpoint("nse-1", first, "172.16.1.0/24");
            var client = mix.client("nsc", app);
            awaitPing(app, "172.16.1.0", mix);
            var interfaceBefore = index(app);
            mix.endpoint("nse-2", second, "172.16.2.0/24");
            assertThat(pingForLongerThanATokenLives(app, "172.16.1.0")).contains(" 0% packet loss");
            assertThat(index(app)).as("the same interface").isEqualTo(interfaceBefore);

            endpoint.kill();
            awaitPing(app, "172.16.2.0", mix);

            client.signal("TERM");
            client.awaitEnd();
            before.awaitAgain();
        }
    }

    private static void awaitPing(String netns, String address, Mix mix) {
        Eventually.until("answers of " + address, () -> Shell.ping(netns, address), mix::evidence);
    }

    /** Without a refresh every hop would have closed the connection meanwhile. */
    private static String pingForLongerThanATokenLives(String netns, String address) {
        return Shell.inside(
                netns, "ping -n -i 0.5 -c %d -W 2 %s".formatted(2 * Mix.TOKEN_LIFE.toSeconds() + 4, address));
    }

    private static String index(String netns) {
        var line = Shell.inside(netns, "ip -o link show nsm-1");
        return line.substring(0, line.indexOf(':'));
    }
}
