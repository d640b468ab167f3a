package org.nsm4j.testkit.domain;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Clients of both services come and go while messages are lost, delayed, doubled and overtake each other, streams break,
 * processes crash and start again, ways between nodes are cut, machines are switched off and interfaces taken away; then all
 * is well again, and the domain must converge: whoever wants to can close, every client has a working wire, nothing is left
 * of any other, and nothing at all when all have closed.
 */
public final class Scenario {
    private static final Duration TROUBLE = Duration.ofMinutes(3);
    private static final Duration TO_CONVERGE = Duration.ofMinutes(3);
    private static final int EVENTS = 36;

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
        domain.restore();
        closeSome();
        converge();
        clients.forEach(SimulatedClient::disconnect);
        scheduler.run(SimulatedDomain.UNTIL_SWEPT.multipliedBy(2));
        require("no orphan", domain.leftovers());
        return scheduler.traceHash();
    }

    /** Whoever wants to can close. */
    private void closeSome() {
        var scheduler = domain.scheduler();
        var closing = clients.stream()
                .filter(each -> scheduler.random().nextBoolean())
                .toList();
        closing.forEach(SimulatedClient::disconnect);
        scheduler.runUntil(() -> closing.stream().allMatch(SimulatedClient::isDone), Duration.ofMinutes(1));
    }

    private void converge() {
        var scheduler = domain.scheduler();
        var invariants = domain.invariants();
        // one that was told to close a moment ago may still be about it
        scheduler.runUntil(
                () -> clients.stream().allMatch(each -> each.isWanted() || each.isDone()), Duration.ofMinutes(1));
        clients.forEach(SimulatedClient::connect);
        try {
            scheduler.runUntil(() -> invariants.unconverged(clients).isEmpty(), TO_CONVERGE);
        } catch (AssertionError e) {
            require("converges", invariants.unconverged(clients));
            throw e;
        }
        scheduler.run(SimulatedDomain.UNTIL_SWEPT.plus(SimulatedDomain.SWEEP));
        require("converges", invariants.unconverged(clients));
        require("only the new is there", invariants.strays());
    }

    private void require(String invariant, List<String> wrong) {
        domain.invariants().require(wrong.isEmpty(), invariant + ": " + wrong);
    }

    private void trouble() {
        var scheduler = domain.scheduler();
        var random = scheduler.random();
        for (int i = 0; i < EVENTS; i++) {
            scheduler.pause(Duration.ofMillis(random.nextInt(5000)));
            var client = one(clients);
            switch (random.nextInt(14)) {
                case 0, 1 -> client.disconnect();
                case 2, 3 -> domain.crash(one(domain.processes()));
                case 4, 5 -> domain.restore();
                case 6 -> domain.network().breakSomeStream();
                case 7 -> cut();
                case 8 -> domain.switchOff(one(SimulatedDomain.NODES));
                case 9 -> tear();
                case 10 -> {
                    client.crash();
                    client.start();
                }
                default -> client.connect();
            }
        }
    }

    private void cut() {
        var from = one(SimulatedDomain.NODES);
        var to = one(SimulatedDomain.NODES);
        if (!from.equals(to)) {
            domain.cut(from, to);
            if (domain.scheduler().random().nextBoolean()) {
                domain.cut(to, from);
            }
        }
    }

    private void tear() {
        var node = one(SimulatedDomain.NODES);
        var links = domain.kernel(node).links();
        if (!links.isEmpty()) {
            domain.tear(node, one(links).place());
        }
    }

    private <T> T one(List<T> of) {
        return of.get(domain.scheduler().random().nextInt(of.size()));
    }
}
