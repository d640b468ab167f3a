package org.nsm4j.app.admin;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Segment;

/**
 * A connection of a workload on this node, as people look at it.
 *
 * @param name by which it is disconnected
 * @param wire what it is for
 * @param plug what the workload sees of it
 * @param path the hops, first to last
 * @param declared whether it comes back after a reboot
 * @param since when it was first set up; null where that is unknown
 * @param health what is and was wrong
 */
public record ConnectionStatus(
        String name,
        Wire wire,
        Plug plug,
        List<Hop> path,
        boolean declared,
        @Nullable Instant since,
        Health health) {
    public ConnectionStatus {
        path = List.copyOf(path);
    }

    /**
     * What is and was wrong with a connection.
     *
     * @param trouble what is wrong; empty if nothing is
     * @param healed what was wrong last, and how it was brought back; empty if nothing ever was
     */
    public record Health(String trouble, String healed) {
        /** Nothing is wrong, and nothing was. */
        public static final Health GOOD = new Health("", "");
    }

    /** What is wrong; empty if nothing is. */
    public String trouble() {
        return health.trouble();
    }

    /** The same with other health; broken as long as there is trouble. */
    public ConnectionStatus withHealth(Health newHealth) {
        var state = newHealth.trouble().isEmpty() ? wire.state() : Connection.State.DOWN.name();
        var shown = new Wire(wire.id(), wire.service(), wire.endpoint(), wire.payload(), state, wire.labels());
        return new ConnectionStatus(name, shown, plug, path, declared, since, newHealth);
    }

    /**
     * What a connection is for.
     *
     * @param id in the path's first segment
     * @param service the network service
     * @param endpoint the chosen endpoint
     * @param payload {@code IP} or {@code ETHERNET}
     * @param state {@code UP}, {@code DOWN} …
     * @param labels the client's
     */
    public record Wire(
            String id, String service, String endpoint, String payload, String state, Map<String, String> labels) {
        public Wire {
            labels = Map.copyOf(labels);
        }
    }

    /**
     * What a workload sees of a connection.
     *
     * @param netns where, as the request named it
     * @param interfaceName in that namespace
     * @param mechanism {@code KERNEL} …
     * @param addresses the workload's, with prefix length
     * @param peerAddresses the endpoint's, with prefix length
     * @param routes {@code PREFIX} or {@code PREFIX via ADDRESS}
     * @param dns name servers
     * @param searchDomains domains that a short name is looked up in
     * @param mtu bytes; 0 where it is unknown
     */
    public record Plug(
            String netns,
            String interfaceName,
            String mechanism,
            List<String> addresses,
            List<String> peerAddresses,
            List<String> routes,
            List<String> dns,
            List<String> searchDomains,
            int mtu) {
        public Plug {
            addresses = List.copyOf(addresses);
            peerAddresses = List.copyOf(peerAddresses);
            routes = List.copyOf(routes);
            dns = List.copyOf(dns);
            searchDomains = List.copyOf(searchDomains);
        }
    }

    /**
     * One hop; never its token.
     *
     * @param name the hop's name
     * @param id the connection's id there
     * @param expires when its token ends; null where it has none
     */
    public record Hop(String name, String id, @Nullable Instant expires) {
        static Hop of(Segment segment) {
            return new Hop(segment.name(), segment.id().value(), segment.expires());
        }
    }

    /**
     * What is to be shown of a connection as its client knows it.
     *
     * @param name by which it is disconnected
     * @param netns where the workload is
     * @param connection as last answered
     * @param declared whether it comes back after a reboot
     * @param since when it was first set up
     */
    public static ConnectionStatus of(
            String name, String netns, Connection connection, boolean declared, @Nullable Instant since) {
        var ip = connection.context().ip();
        var mechanism = connection.mechanism();
        return new ConnectionStatus(
                name,
                new Wire(
                        connection.id().value(),
                        connection.service(),
                        connection.endpoint(),
                        connection.payload().value(),
                        connection.state().name(),
                        connection.labels()),
                new Plug(
                        netns,
                        mechanism == null
                                ? ""
                                : mechanism.parameter(Mechanism.NAME).orElse(""),
                        mechanism == null ? "" : mechanism.type(),
                        ip.srcAddresses().stream().map(Object::toString).toList(),
                        ip.dstAddresses().stream().map(Object::toString).toList(),
                        ip.srcRoutes().stream().map(ConnectionStatus::text).toList(),
                        connection.context().dns().stream()
                                .flatMap(dns -> dns.servers().stream())
                                .map(server -> server.getHostAddress())
                                .toList(),
                        connection.context().dns().stream()
                                .flatMap(dns -> dns.searchDomains().stream())
                                .distinct()
                                .toList(),
                        connection.context().mtu()),
                connection.path().segments().stream().map(Hop::of).toList(),
                declared,
                since,
                new Health(
                        connection.state() == Connection.State.UP
                                ? ""
                                : connection.state().name(),
                        ""));
    }

    private static String text(Context.Route route) {
        var hop = route.nextHop();
        return hop == null ? route.prefix().toString() : route.prefix() + " via " + hop.getHostAddress();
    }
}
