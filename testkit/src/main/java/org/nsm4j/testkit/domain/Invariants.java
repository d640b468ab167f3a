package org.nsm4j.testkit.domain;

import java.util.HashMap;
import java.util.HashSet;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Connection;
import org.nsm4j.testkit.fake.FakeKernel;

/**
 * What must be so after every step, whatever happens. Each has a name, which a failure says.
 *
 * <ul>
 *   <li>one interface per end: a connection has at most one in each workload, a client one in all;
 *   <li>no address twice: no two connections of the domain have the same address, but for those whose forwarder is
 *       down for so long that nobody could take them away;
 *   <li>healthy wires untouched: as long as all tokens hold that a client has seen, its interface is there, with the
 *       addresses that it was told, however many refreshes failed.
 * </ul>
 */
final class Invariants {
    private final SimulatedDomain domain;
    private long seen = -1;

    Invariants(SimulatedDomain domain) {
        this.domain = domain;
    }

    void check() {
        long changes = domain.kernels().stream().mapToLong(FakeKernel::changes).sum();
        if (changes != seen) {
            seen = changes;
            oneInterfacePerEnd();
            noAddressTwice();
            healthyWiresUntouched();
        }
    }

    private void oneInterfacePerEnd() {
        for (var kernel : domain.kernels()) {
            var ends = new HashSet<String>();
            for (var link : kernel.links()) {
                require(
                        ends.add(link.owner() + " in " + link.place().netns()),
                        "one interface per end: a second for connection " + link);
            }
        }
    }

    private void noAddressTwice() {
        var owners = new HashMap<String, FakeKernel.Link>();
        for (var kernel : domain.kernels()) {
            for (var link :
                    kernel.links().stream().filter(each -> !isStale(each)).toList()) {
                for (var address : link.addresses()) {
                    var other = owners.put(address, link);
                    // a connection that moves keeps its addresses, and both paths stand for a while
                    boolean moving = other != null && other.client().equals(link.client());
                    require(other == null || moving, "no address twice: %s and %s".formatted(link, other));
                }
            }
        }
    }

    private boolean isStale(FakeKernel.Link link) {
        var swept = SimulatedDomain.GRACE.plus(SimulatedDomain.SWEEP);
        var expires = link.expires();
        return expires != null
                && expires.plus(swept).isBefore(domain.scheduler().now());
    }

    private void healthyWiresUntouched() {
        for (var client : domain.clients()) {
            var standing = client.standing().filter(each -> !client.isChanging() && isFresh(each));
            standing.ifPresent(connection -> {
                var link = domain.kernel(client.node()).link(client.place());
                var told = connection.context().ip().srcAddresses().stream()
                        .map(Cidr::toString)
                        .toList();
                require(
                        link.isPresent() && link.get().addresses().equals(told),
                        "healthy wires untouched: %s was told %s, but has %s"
                                .formatted(client.place().netns(), told, link));
            });
        }
    }

    private boolean isFresh(Connection connection) {
        return connection
                .path()
                .earliestExpiry()
                .map(expiry -> expiry.isAfter(domain.scheduler().now()))
                .orElse(false);
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("%s (seed %d)%n%s"
                    .formatted(
                            what, domain.scheduler().seed(), domain.scheduler().report()));
        }
    }
}
