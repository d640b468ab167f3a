package org.nsm4j.grpc.wire;

import static org.nsm4j.grpc.wire.Fields.instant;
import static org.nsm4j.grpc.wire.Fields.list;
import static org.nsm4j.grpc.wire.Fields.map;
import static org.nsm4j.grpc.wire.Fields.restore;
import static org.nsm4j.grpc.wire.Fields.timestamp;
import static org.nsm4j.grpc.wire.Fields.unknown;
import static org.nsm4j.grpc.wire.Fields.written;

import java.util.LinkedHashMap;
import java.util.Map;
import org.nsm4j.api.registry.Destination;
import org.nsm4j.api.registry.Match;
import org.nsm4j.api.registry.Metadata;
import org.nsm4j.api.registry.NetworkServiceEndpoint;
import org.nsm4j.api.registry.NetworkServiceLabels;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Opaque;
import org.nsm4j.core.model.Payload;

/** Network services and endpoints as messages; malformed ones are refused as in {@link ConnectionMapping}. */
public final class RegistryMapping {
    private RegistryMapping() {}

    /** Reads a service; as a query, what is not set stands for anything. */
    public static NetworkService read(org.nsm4j.api.registry.NetworkService message) {
        return new NetworkService(
                message.getName(),
                new Payload(message.getPayload()),
                list("matches", message.getMatchesList(), RegistryMapping::read),
                list("path_ids", message.getPathIdsList(), id -> id),
                unknown(message));
    }

    /** Writes a service. */
    public static org.nsm4j.api.registry.NetworkService write(NetworkService service) {
        var builder = org.nsm4j.api.registry.NetworkService.newBuilder()
                .setName(service.name())
                .setPayload(service.payload().value())
                .addAllMatches(written(service.matches(), RegistryMapping::write))
                .addAllPathIds(service.pathIds());
        return restore(builder, service.unknown()).build();
    }

    /** Reads an endpoint; as a query, what is not set stands for anything. */
    public static Endpoint read(NetworkServiceEndpoint message) {
        Fields.checkSize("network_service_labels", message.getNetworkServiceLabelsCount());
        var labels = new LinkedHashMap<String, Map<String, String>>();
        message.getNetworkServiceLabelsMap()
                .forEach((service, each) -> labels.put(service, map("network_service_labels", each.getLabelsMap())));
        return new Endpoint(
                message.getName(),
                list("network_service_names", message.getNetworkServiceNamesList(), name -> name),
                labels,
                message.getUrl(),
                instant("expiration_time", message.hasExpirationTime(), message.getExpirationTime()),
                instant(
                        "initial_registration_time",
                        message.hasInitialRegistrationTime(),
                        message.getInitialRegistrationTime()),
                list("path_ids", message.getPathIdsList(), id -> id),
                residue(message));
    }

    /** What is unknown in the message, and in the labels of each service. */
    private static Opaque residue(NetworkServiceEndpoint message) {
        var residue = NetworkServiceEndpoint.newBuilder().setUnknownFields(message.getUnknownFields());
        message.getNetworkServiceLabelsMap().forEach((service, labels) -> {
            if (!labels.getUnknownFields().isEmpty()) {
                residue.putNetworkServiceLabels(
                        service,
                        NetworkServiceLabels.newBuilder()
                                .setUnknownFields(labels.getUnknownFields())
                                .build());
            }
        });
        return Opaque.of(residue.build().toByteArray());
    }

    /** Writes an endpoint. */
    public static NetworkServiceEndpoint write(Endpoint endpoint) {
        // The residue comes first: an entry of a map replaces the one before, it does not melt with it.
        var builder = restore(NetworkServiceEndpoint.newBuilder(), endpoint.unknown());
        var unknownLabels = builder.getNetworkServiceLabelsMap();
        builder.clearNetworkServiceLabels();
        endpoint.labels().forEach((service, labels) -> {
            var known = unknownLabels.getOrDefault(service, NetworkServiceLabels.getDefaultInstance());
            builder.putNetworkServiceLabels(
                    service, known.toBuilder().putAllLabels(labels).build());
        });
        builder.setName(endpoint.name())
                .addAllNetworkServiceNames(endpoint.services())
                .setUrl(endpoint.url())
                .addAllPathIds(endpoint.pathIds());
        var expires = endpoint.expires();
        if (expires != null) {
            builder.setExpirationTime(timestamp(expires));
        }
        var registered = endpoint.registered();
        if (registered != null) {
            builder.setInitialRegistrationTime(timestamp(registered));
        }
        return builder.build();
    }

    private static NetworkService.Match read(Match message) {
        var residue = Match.newBuilder().setUnknownFields(message.getUnknownFields());
        var metadata = message.getMetadata();
        if (!metadata.getUnknownFields().isEmpty()) {
            residue.setMetadata(Metadata.newBuilder().setUnknownFields(metadata.getUnknownFields()));
        }
        return new NetworkService.Match(
                map("source_selector", message.getSourceSelectorMap()),
                list("routes", message.getRoutesList(), RegistryMapping::read),
                message.getFallthrough(),
                message.hasMetadata() ? map("metadata.labels", metadata.getLabelsMap()) : null,
                Opaque.of(residue.build().toByteArray()));
    }

    private static Match write(NetworkService.Match match) {
        var builder = Match.newBuilder()
                .putAllSourceSelector(match.source())
                .addAllRoutes(written(match.routes(), RegistryMapping::write))
                .setFallthrough(match.fallsThrough());
        var labels = match.forwarderLabels();
        if (labels != null) {
            builder.setMetadata(Metadata.newBuilder().putAllLabels(labels));
        }
        return restore(builder, match.unknown()).build();
    }

    private static NetworkService.Destination read(Destination message) {
        return new NetworkService.Destination(
                map("destination_selector", message.getDestinationSelectorMap()),
                message.getWeight() < 0 ? Integer.MAX_VALUE : message.getWeight(),
                unknown(message));
    }

    private static Destination write(NetworkService.Destination destination) {
        var builder = Destination.newBuilder()
                .putAllDestinationSelector(destination.selector())
                .setWeight(destination.weight());
        return restore(builder, destination.unknown()).build();
    }
}
