package org.nsm4j.app.manifest;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.nsm4j.app.admin.ConnectionStatus;
import org.nsm4j.app.admin.Item;
import org.nsm4j.app.admin.NodeStatus;
import org.nsm4j.app.config.GoDuration;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;

/**
 * Writes what is listed as resources. Services and endpoints come out as {@link ManifestReader} reads them, so
 * {@code nsm get services -o yaml} is input for {@code nsm apply}; connections and nodes have a {@code status} only. The
 * keys are stable: none changes its meaning, new ones may come.
 */
public final class ManifestWriter {
    private ManifestWriter() {}

    /** All items as one {@code List}. */
    public static Map<String, Object> list(List<Item> items) {
        var resources = items.stream().map(ManifestWriter::resource).toList();
        return map("apiVersion", "v1", "kind", "List", "items", resources);
    }

    /** One item. */
    public static Map<String, Object> resource(Item item) {
        return switch (item) {
            case Item.OfService(var service) ->
                resource(ManifestReader.UPSTREAM, "NetworkService", service.name(), "spec", spec(service));
            case Item.OfEndpoint(var endpoint) ->
                resource(ManifestReader.UPSTREAM, "NetworkServiceEndpoint", endpoint.name(), "spec", spec(endpoint));
            case Item.OfConnection(var connection) ->
                resource(ManifestReader.OURS, "Connection", connection.name(), "status", status(connection));
            case Item.OfNode(var node) -> resource(ManifestReader.OURS, "Node", node.name(), "status", status(node));
            case Item.OfDeclaration(var request) ->
                resource(ManifestReader.OURS, "Connection", request.name(), "spec", map("url", request.url()));
        };
    }

    private static Map<String, Object> resource(String version, String kind, String name, String part, Object body) {
        return map("apiVersion", version, "kind", kind, "metadata", map("name", name), part, body);
    }

    private static Map<String, Object> spec(NetworkService service) {
        var spec = map("name", service.name(), "payload", service.payload().value());
        if (!service.matches().isEmpty()) {
            spec.put(
                    "matches",
                    service.matches().stream().map(ManifestWriter::match).toList());
        }
        return spec;
    }

    private static Map<String, Object> match(NetworkService.Match match) {
        var fields = map();
        if (!match.source().isEmpty()) {
            fields.put("source_selector", new TreeMap<>(match.source()));
        }
        if (!match.routes().isEmpty()) {
            fields.put(
                    "routes", match.routes().stream().map(ManifestWriter::route).toList());
        }
        if (match.fallsThrough()) {
            fields.put("fallthrough", true);
        }
        var labels = match.forwarderLabels();
        if (labels != null) {
            fields.put("metadata", map("labels", new TreeMap<>(labels)));
        }
        return fields;
    }

    private static Map<String, Object> route(NetworkService.Destination route) {
        var fields = map("destination_selector", new TreeMap<>(route.selector()));
        if (route.weight() > 0) {
            fields.put("weight", route.weight());
        }
        return fields;
    }

    private static Map<String, Object> spec(Endpoint endpoint) {
        var spec = map("name", endpoint.name(), "network_service_names", endpoint.services());
        if (!endpoint.labels().isEmpty()) {
            var labels = new TreeMap<String, Object>();
            endpoint.labels().forEach((service, each) -> labels.put(service, map("labels", new TreeMap<>(each))));
            spec.put("network_service_labels", labels);
        }
        if (!endpoint.url().isEmpty()) {
            spec.put("url", endpoint.url());
        }
        putTime(spec, "expiration_time", endpoint.expires());
        putTime(spec, "initial_registration_time", endpoint.registered());
        return spec;
    }

    private static void putTime(Map<String, Object> spec, String key, @Nullable Instant time) {
        if (time != null) {
            spec.put(key, map("seconds", time.getEpochSecond(), "nanos", time.getNano()));
        }
    }

    private static Map<String, Object> status(ConnectionStatus status) {
        var wire = status.wire();
        var plug = status.plug();
        var fields = map("id", wire.id(), "service", wire.service(), "endpoint", wire.endpoint());
        fields.putAll(map("payload", wire.payload(), "state", wire.state(), "labels", new TreeMap<>(wire.labels())));
        fields.putAll(map("netns", plug.netns(), "interface", plug.interfaceName(), "mechanism", plug.mechanism()));
        fields.putAll(map("addresses", plug.addresses(), "peerAddresses", plug.peerAddresses()));
        fields.putAll(map("routes", plug.routes(), "dns", plug.dns(), "searchDomains", plug.searchDomains()));
        fields.put("mtu", plug.mtu());
        fields.put("path", status.path().stream().map(ManifestWriter::hop).toList());
        fields.put("declared", status.declared());
        var since = status.since();
        if (since != null) {
            fields.put("since", since.toString());
        }
        fields.put("trouble", status.trouble());
        fields.put("healed", status.health().healed());
        return fields;
    }

    private static Map<String, Object> hop(ConnectionStatus.Hop hop) {
        var fields = map("name", hop.name(), "id", hop.id());
        var expires = hop.expires();
        if (expires != null) {
            fields.put("tokenExpires", expires.toString());
        }
        return fields;
    }

    private static Map<String, Object> status(NodeStatus node) {
        var fields = map("url", node.url(), "ready", node.ready(), "connections", node.connections());
        fields.putAll(map("endpoints", node.endpoints(), "clockOffset", GoDuration.format(node.clockOffset())));
        return fields;
    }

    private static Map<String, Object> map(Object... keysAndValues) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
