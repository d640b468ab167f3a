package org.nsm4j.testkit.domain;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Clients of both services come and go while messages are lost, delayed, doubled and overtake each other, streams break,
 * and processes crash and start again; then all is well again, and the domain must converge: every client can close, gets
 * a connection, and leaves nothing.
 */
public final class Scenario {
    private static final Duration TROUBLE = Duration.ofMinutes(3);
    private static final int EVENTS = 30;

    private final SimulatedDomain domain;
    private final List<SimulatedClient> clients = new ArrayList<>();

    private Scenario(SimulatedDomain domain) {
        this.domain = domain;
        clients.add(domain.client("client-1", "node-1"));
        clients.add(domain.client("client-2", "node-1"));
        clients.add(domain.client("client-3", "node-2"));
        clients.add(domain.client("client-4", "node-1", SimulatedDomain.CHAINED));
        clients.add(domain.client("client-5", "node-3", SimulatedDomain.CHAINED));
    }

    /**
     * Runs it under a seed.
     *
     * @return a number that two runs share only when they went the same way
     * @throws AssertionError naming the invariant that does not hold
     */
    public static long run(long seed) {
        try (var domain = new SimulatedDomain(seed)) {
            return new Scenario(domain).run();
        }
    }

    private long run() {
        var scheduler = domain.scheduler();
        domain.network().suffer(Faults.SOME);
        scheduler.spawn("chaos", this::trouble);
        scheduler.run(TROUBLE);
        domain.network().suffer(Faults.NONE);
        domain.processes().forEach(domain::start);
        clients.forEach(SimulatedClient::disconnect);
        scheduler.runUntil(() -> clients.stream().allMatch(SimulatedClient::isDone), Duration.ofMinutes(1));
        clients.forEach(SimulatedClient::connect);
        scheduler.runUntil(() -> clients.stream().allMatch(SimulatedClient::isConnected), Duration.ofMinutes(2));
        clients.forEach(SimulatedClient::disconnect);
        scheduler.run(SimulatedDomain.TOKEN.plus(SimulatedDomain.GRACE).multipliedBy(2));
        var left = domain.leftovers();
        if (!left.isEmpty()) {
            throw new AssertionError(
                    "no orphan: %s (seed %d)%n%s".formatted(left, scheduler.seed(), scheduler.report()));
        }
        return scheduler.traceHash();
    }

    private void trouble() {
        var scheduler = domain.scheduler();
        var random = scheduler.random();
        for (int i = 0; i < EVENTS; i++) {
            scheduler.pause(Duration.ofMillis(random.nextInt(6000)));
            var client = clients.get(random.nextInt(clients.size()));
            var process =
                    domain.processes().get(random.nextInt(domain.processes().size()));
            switch (random.nextInt(5)) {
                case 0 -> client.disconnect();
                case 1 -> domain.crash(process);
                case 2 -> domain.processes().forEach(domain::start);
                case 3 -> domain.network().breakSomeStream();
                default -> client.connect();
            }
        }
    }
}
