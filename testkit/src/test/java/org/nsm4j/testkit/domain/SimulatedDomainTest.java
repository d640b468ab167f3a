package org.nsm4j.testkit.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.model.Segment;

/**
 * A domain under faults. A failure names its seed: {@code ./dev simulate --seeds 1 --from SEED} runs that one alone;
 * {@code -Dnsm.seeds=N} runs so many here.
 */
class SimulatedDomainTest {
    private static final Logger LOG = Logger.getLogger("org.nsm4j.core");
    private static final int SEEDS = Integer.getInteger("nsm.seeds", 200);

    @BeforeAll
    static void expectFaults() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void listenAgain() {
        LOG.setLevel(null);
    }

    private static List<String> path(SimulatedClient client) {
        return client.standing().orElseThrow().path().segments().stream()
                .map(Segment::name)
                .toList();
    }

    @Test
    void a_client_is_wired_to_an_endpoint_on_another_node_and_nothing_is_left_after_it() {
        try (var domain = new SimulatedDomain(1)) {
            var client = domain.client("client-1", "node-1");
            client.connect();
            domain.scheduler().runUntil(client::isConnected, Duration.ofSeconds(5));
            var path = path(client);
            assertThat(path)
                    .startsWith("client-1", "manager-node-1", "forwarder-node-1")
                    .hasSize(6);
            assertThat(path.getLast()).startsWith("endpoint-");
            assertThat(domain.kernel("node-1").link(client.place())).isPresent();
            domain.scheduler().run(Duration.ofMinutes(10));
            assertThat(client.isConnected()).isTrue();
            assertThat(client.failedRefreshes()).isZero();
            client.disconnect();
            domain.scheduler().runUntil(client::isDone, Duration.ofSeconds(30));
            assertThat(domain.leftovers()).isEmpty();
        }
    }

    @Test
    void a_chain_goes_through_the_function_and_its_path_is_the_whole_chains() {
        try (var domain = new SimulatedDomain(1)) {
            var client = domain.client("client-1", "node-1", SimulatedDomain.CHAINED);
            client.connect();
            domain.scheduler().runUntil(client::isConnected, Duration.ofSeconds(5));
            assertThat(path(client))
                    .startsWith(
                            "client-1",
                            "manager-node-1",
                            "forwarder-node-1",
                            "manager-node-2",
                            "forwarder-node-2",
                            "firewall-1",
                            "manager-node-2",
                            "forwarder-node-2");
            assertThat(domain.kernel("node-2").links().stream()
                            .filter(link -> link.place().netns().equals("firewall-1")))
                    .hasSize(2);
            domain.scheduler().run(Duration.ofMinutes(10));
            assertThat(client.failedRefreshes()).isZero();
            client.disconnect();
            domain.scheduler().runUntil(client::isDone, Duration.ofSeconds(30));
            assertThat(domain.leftovers()).isEmpty();
        }
    }

    @Test
    void the_same_seed_gives_the_same_run_of_the_whole_domain() {
        for (long seed = 0; seed < 5; seed++) {
            assertThat(Scenario.run(seed)).as("seed %d", seed).isEqualTo(Scenario.run(seed));
        }
    }

    @Test
    void whatever_is_lost_delayed_doubled_or_crashes_the_invariants_hold_and_nothing_is_left() {
        LongStream.range(0, SEEDS).forEach(Scenario::run);
    }
}
