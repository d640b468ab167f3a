package org.nsm4j.grpc.wire;

import java.util.TreeMap;
import org.nsm4j.api.registry.Destination;
import org.nsm4j.api.registry.Metadata;
import org.nsm4j.api.registry.NetworkServiceEndpoint;
import org.nsm4j.api.registry.NetworkServiceLabels;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Payload;

/** Network services and endpoints, as registries carry them. */
public final class Services {
    private Services() {}

    /** Reads a service. */
    public static NetworkService toModel(org.nsm4j.api.registry.NetworkService message) {
        return new NetworkService(
                message.getName(),
                new Payload(message.getPayload()),
                message.getMatchesList().stream().map(Services::toModel).toList(),
                message.getPathIdsList(),
                Unknown.of(message));
    }

    private static NetworkService.Match toModel(org.nsm4j.api.registry.Match message) {
        return new NetworkService.Match(
                message.getSourceSelectorMap(),
                message.getRoutesList().stream()
                        .map(each ->
                                new NetworkService.Destination(each.getDestinationSelectorMap(), each.getWeight()))
                        .toList(),
                message.getFallthrough(),
                message.hasMetadata() ? message.getMetadata().getLabelsMap() : null);
    }

    /** Writes a service. */
    public static org.nsm4j.api.registry.NetworkService toMessage(NetworkService service) {
        var message = org.nsm4j.api.registry.NetworkService.newBuilder()
                .setName(service.name())
                .setPayload(service.payload().value())
                .addAllPathIds(service.pathIds());
        service.matches().forEach(each -> message.addMatches(toMessage(each)));
        return Unknown.into(message, service.unknown()).build();
    }

    private static org.nsm4j.api.registry.Match toMessage(NetworkService.Match match) {
        var message = org.nsm4j.api.registry.Match.newBuilder()
                .putAllSourceSelector(match.source())
                .setFallthrough(match.fallsThrough());
        match.routes()
                .forEach(each -> message.addRoutes(Destination.newBuilder()
                        .putAllDestinationSelector(each.selector())
                        .setWeight(each.weight())));
        if (match.forwarderLabels() != null) {
            message.setMetadata(Metadata.newBuilder().putAllLabels(match.forwarderLabels()));
        }
        return message.build();
    }

    /** Reads an endpoint. */
    public static Endpoint toModel(NetworkServiceEndpoint message) {
        var labels = new TreeMap<String, java.util.Map<String, String>>();
        message.getNetworkServiceLabelsMap().forEach((service, each) -> labels.put(service, each.getLabelsMap()));
        return new Endpoint(
                message.getName(),
                message.getNetworkServiceNamesList(),
                labels,
                message.getUrl(),
                message.hasExpirationTime() ? Times.toModel(message.getExpirationTime()) : null,
                message.hasInitialRegistrationTime() ? Times.toModel(message.getInitialRegistrationTime()) : null,
                message.getPathIdsList(),
                Unknown.of(message));
    }

    /** Writes an endpoint. */
    public static NetworkServiceEndpoint toMessage(Endpoint endpoint) {
        var message = NetworkServiceEndpoint.newBuilder()
                .setName(endpoint.name())
                .addAllNetworkServiceNames(endpoint.services())
                .setUrl(endpoint.url())
                .addAllPathIds(endpoint.pathIds());
        endpoint.labels()
                .forEach((service, labels) -> message.putNetworkServiceLabels(
                        service,
                        NetworkServiceLabels.newBuilder().putAllLabels(labels).build()));
        if (endpoint.expires() != null) {
            message.setExpirationTime(Times.toMessage(endpoint.expires()));
        }
        if (endpoint.registered() != null) {
            message.setInitialRegistrationTime(Times.toMessage(endpoint.registered()));
        }
        return Unknown.into(message, endpoint.unknown()).build();
    }
}
