package org.nsm4j.testkit.domain;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.testkit.fake.FakeKernel;

/**
 * What must be so after every step, whatever happens. Each has a name, which a failure says.
 *
 * <ul>
 *   <li>one interface per end: a connection has at most one in each workload, a client one in all;
 *   <li>no address twice: no two connections of the domain have the same address, but for those whose forwarder is
 *       down for so long that nobody could take them away;
 *   <li>healthy wires untouched: as long as all tokens hold that a client has seen, its interface is there, with the
 *       addresses that it was told, however many refreshes failed, until it moves by itself.
 * </ul>
 *
 * <p>And what must be so when the faults have ended: <b>converges</b>, every client that wants one has a wire by which its
 * packets reach the endpoint that it was told of; <b>only the new is there</b>, nothing is left of any path before.
 */
final class Invariants {
    /** A hop closes so long before a token ends as the request might have taken, lest the close come too late. */
    private static final Duration EARLY = Duration.ofSeconds(15);

    private final SimulatedDomain domain;
    private final Map<String, FakeKernel> kernels;
    private final Wires wires;
    private long seen = -1;

    Invariants(SimulatedDomain domain) {
        this.domain = domain;
        this.kernels = domain.kernels();
        this.wires = new Wires(domain);
    }

    void check() {
        long changes = domain.changes();
        if (changes != seen) {
            seen = changes;
            oneInterfacePerEnd();
            noAddressTwice();
            healthyWiresUntouched();
        }
    }

    private void oneInterfacePerEnd() {
        for (var kernel : kernels.values()) {
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
        for (var kernel : kernels.values()) {
            for (var link :
                    kernel.links().stream().filter(each -> !isStale(each)).toList()) {
                for (var address : link.addresses()) {
                    var other = owners.put(address, link);
                    // a connection that moves keeps its addresses, and both paths stand for a while
                    boolean moving = other != null && other.client().equals(link.client());
                    require(
                            other == null || moving || domain.forgot(address),
                            "no address twice: %s and %s".formatted(link, other));
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
            if (client.isChanging() || domain.isTorn(client)) {
                continue;
            }
            client.standing().filter(this::isFresh).ifPresent(connection -> {
                var link = domain.kernel(client.node()).link(client.place());
                boolean forgotten = told(connection).stream().anyMatch(domain::forgot);
                require(
                        forgotten || (link.isPresent() && link.get().addresses().equals(told(connection))),
                        "healthy wires untouched: %s was told %s, but has %s"
                                .formatted(client.name(), told(connection), link));
            });
        }
    }

    private static List<String> told(Connection connection) {
        return connection.context().ip().srcAddresses().stream()
                .map(Cidr::toString)
                .toList();
    }

    /** What is wrong with a client that should be connected by now; empty if nothing is. */
    List<String> unconverged(List<SimulatedClient> clients) {
        return clients.stream()
                .map(client -> client.name() + ": " + trouble(client))
                .filter(text -> !text.endsWith(": "))
                .toList();
    }

    private String trouble(SimulatedClient client) {
        var standing = client.standing();
        if (standing.isEmpty()) {
            return "has no connection";
        }
        var ip = standing.get().context().ip();
        var link = domain.kernel(client.node()).link(client.place());
        if (link.filter(each -> each.addresses().equals(told(standing.get()))).isEmpty()) {
            return "was told %s, but has %s".formatted(told(standing.get()), link);
        }
        var expected = ip.dstAddresses().stream().map(Cidr::toString).toList();
        var end = wires.end(client);
        return end.filter(each -> each.link().addresses().equals(expected)).isPresent()
                ? ""
                : "its packets should come to %s, but come to %s from %s".formatted(expected, end, link);
    }

    /** The interfaces that belong to nothing that any client knows. */
    List<String> strays() {
        var known = new HashSet<ConnectionId>();
        for (var client : domain.clients()) {
            client.standing().ifPresent(each -> each.path().segments().forEach(segment -> known.add(segment.id())));
        }
        return kernels.values().stream()
                .flatMap(kernel -> Stream.concat(
                        kernel.links().stream().filter(link -> !known.contains(link.owner())),
                        kernel.keptAside().stream()))
                .map(FakeKernel.Link::toString)
                .toList();
    }

    private boolean isFresh(Connection connection) {
        return connection
                .path()
                .earliestExpiry()
                .map(expiry -> expiry.minus(EARLY).isAfter(domain.scheduler().now()))
                .orElse(false);
    }

    void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("%s (seed %d)%n%s"
                    .formatted(
                            what, domain.scheduler().seed(), domain.scheduler().report()));
        }
    }
}
