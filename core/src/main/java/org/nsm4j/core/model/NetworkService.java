package org.nsm4j.core.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A named thing that clients ask for, and the rules by which an endpoint is chosen.
 *
 * @param name its name, {@code service} or {@code service@domain}
 * @param payload what its wires carry
 * @param matches tried in order; empty means that every endpoint of the service fits
 * @param pathIds SPIFFE ids of the hops that registered it
 * @param unknown what a newer version sent
 */
public record NetworkService(String name, Payload payload, List<Match> matches, List<String> pathIds, Opaque unknown) {
    public NetworkService {
        matches = List.copyOf(matches);
        pathIds = List.copyOf(pathIds);
    }

    /** A service without rules; as a query, everything of that name. */
    public static NetworkService named(String name) {
        return new NetworkService(name, Payload.NONE, List.of(), List.of(), Opaque.NONE);
    }

    /** The same with another payload. */
    public NetworkService withPayload(Payload newPayload) {
        return new NetworkService(name, newPayload, matches, pathIds, unknown);
    }

    /** The same, registered by these hops. */
    public NetworkService withPathIds(List<String> newPathIds) {
        return new NetworkService(name, payload, matches, newPathIds, unknown);
    }

    /**
     * One rule.
     *
     * @param source labels that the client must carry for the rule to apply
     * @param routes where it leads
     * @param fallsThrough whether to go on when nobody fits
     * @param forwarderLabels labels that the forwarder must carry; null where nothing was said, which differs from
     *     an empty map
     * @param unknown what a newer version sent
     */
    public record Match(
            Map<String, String> source,
            List<Destination> routes,
            boolean fallsThrough,
            @Nullable Map<String, String> forwarderLabels,
            Opaque unknown) {
        /** A rule of which everything is known. */
        public Match(
                Map<String, String> source,
                List<Destination> routes,
                boolean fallsThrough,
                @Nullable Map<String, String> forwarderLabels) {
            this(source, routes, fallsThrough, forwarderLabels, Opaque.NONE);
        }

        public Match {
            source = Map.copyOf(source);
            routes = List.copyOf(routes);
            forwarderLabels = forwarderLabels == null ? null : Map.copyOf(forwarderLabels);
        }
    }

    /**
     * One destination of a rule.
     *
     * @param selector labels that the endpoint must carry for this service
     * @param weight its share among the rule's destinations; 0 where none was said
     * @param unknown what a newer version sent
     */
    public record Destination(Map<String, String> selector, int weight, Opaque unknown) {
        public Destination {
            selector = Map.copyOf(selector);
        }

        /** A destination of which everything is known. */
        public Destination(Map<String, String> selector, int weight) {
            this(selector, weight, Opaque.NONE);
        }
    }
}
