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

/**
 * A domain under faults. A failure names its seed: {@code -Dnsm.seed=N} runs that one alone; {@code -Dnsm.seeds=N}
 * runs so many.
 */
class SimulatedDomainTest {
    private static final Logger LOG = Logger.getLogger("org.nsm4j.core");
    private static final int SEEDS = Integer.getInteger("nsm.seeds", 300);

    @BeforeAll
    static void expectFaults() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void listenAgain() {
        LOG.setLevel(null);
    }

    private static LongStream seeds() {
        var one = Long.getLong("nsm.seed");
        return one == null ? LongStream.range(0, SEEDS) : LongStream.of(one);
    }

    @Test
    void a_client_is_wired_to_an_endpoint_on_the_other_node_and_nothing_is_left_after_it() {
        try (var domain = new SimulatedDomain(1)) {
            var client = domain.client("client-1", "node-1");
            client.connect();
            domain.scheduler().runUntil(client::isConnected, Duration.ofSeconds(5));
            assertThat(client.standing().orElseThrow().path().segments().stream()
                            .map(each -> each.name()))
                    .containsExactly(
                            "client-1",
                            "manager-node-1",
                            "forwarder-node-1",
                            "manager-node-2",
                            "forwarder-node-2",
                            "endpoint-1");
            assertThat(domain.kernel("node-1").link(client.place())).isPresent();
            assertThat(domain.kernel("node-2").links()).hasSize(1);
            domain.scheduler().run(Duration.ofMinutes(10));
            assertThat(client.isConnected()).isTrue();
            assertThat(client.failedRefreshes()).isZero();
            client.disconnect();
            domain.scheduler().runUntil(client::isDone, Duration.ofSeconds(30));
            assertThat(domain.leftovers()).isEmpty();
        }
    }

    @Test
    void the_same_seed_gives_the_same_run_of_the_whole_domain() {
        for (long seed = 0; seed < 5; seed++) {
            assertThat(chaos(seed)).as("seed %d", seed).isEqualTo(chaos(seed));
        }
    }

    @Test
    void whatever_is_lost_delayed_doubled_or_crashes_the_invariants_hold_and_nothing_is_left() {
        seeds().forEach(SimulatedDomainTest::chaos);
    }

    /** Three clients come and go while messages get lost and processes crash; then all is well again. */
    private static long chaos(long seed) {
        try (var domain = new SimulatedDomain(seed)) {
            var scheduler = domain.scheduler();
            var clients = List.of(
                    domain.client("client-1", "node-1"),
                    domain.client("client-2", "node-1"),
                    domain.client("client-3", "node-2"));
            domain.network().suffer(Faults.SOME);
            scheduler.spawn("chaos", () -> {
                var random = scheduler.random();
                for (int i = 0; i < 30; i++) {
                    scheduler.pause(Duration.ofMillis(random.nextInt(6000)));
                    var client = clients.get(random.nextInt(clients.size()));
                    var process = domain.processes()
                            .get(random.nextInt(domain.processes().size()));
                    switch (random.nextInt(4)) {
                        case 0 -> client.disconnect();
                        case 1 -> domain.crash(process);
                        case 2 -> domain.processes().forEach(domain::start);
                        default -> client.connect();
                    }
                }
            });
            scheduler.run(Duration.ofMinutes(3));
            domain.network().suffer(Faults.NONE);
            domain.processes().forEach(domain::start);
            clients.forEach(SimulatedClient::disconnect);
            scheduler.runUntil(() -> clients.stream().allMatch(SimulatedClient::isDone), Duration.ofMinutes(1));
            clients.forEach(SimulatedClient::connect);
            scheduler.runUntil(() -> clients.stream().allMatch(SimulatedClient::isConnected), Duration.ofMinutes(2));
            clients.forEach(SimulatedClient::disconnect);
            scheduler.run(SimulatedDomain.TOKEN.plus(SimulatedDomain.GRACE).multipliedBy(2));
            assertThat(domain.leftovers()).as("no orphan, seed %d", seed).isEmpty();
            return scheduler.traceHash();
        }
    }
}
