package org.nsm4j.app.manifest;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Url;

/** The spec of a NetworkServiceEndpoint. */
final class EndpointShape {
    private static final List<String> SPEC = List.of(
            "name",
            "network_service_names",
            "network_service_labels",
            "url",
            "expiration_time",
            "initial_registration_time",
            "path_ids");

    private EndpointShape() {}

    static Endpoint read(String metadataName, Tree tree, Problems problems) {
        var spec = Fields.of(tree, "spec", problems, SPEC);
        var services = spec.texts("network_service_names");
        if (services.isEmpty()) {
            spec.problem("network_service_names", "empty (expected: the services that the endpoint provides)");
        }
        var url = spec.has("url")
                ? spec.read("url", text -> Url.parse(text).toString()).orElse("")
                : "";
        return Endpoint.named(Names.of(metadataName, spec))
                .providing(services)
                .withLabels(labels(spec, services, problems))
                .at(url)
                .until(time(spec, "expiration_time"))
                .since(time(spec, "initial_registration_time"));
    }

    private static Map<String, Map<String, String>> labels(Fields spec, List<String> services, Problems problems) {
        var labels = new LinkedHashMap<String, Map<String, String>>();
        spec.entries("network_service_labels").forEach((service, value) -> {
            var path = spec.at("network_service_labels." + service);
            if (!services.contains(service)) {
                problems.add(value.line(), "%s: not among network_service_names".formatted(path));
            }
            labels.put(
                    service, Fields.of(value, path, problems, List.of("labels")).labels("labels"));
        });
        return labels;
    }

    private static @Nullable Instant time(Fields spec, String key) {
        var time = spec.map(key, List.of("seconds", "nanos"));
        if (time.isEmpty()) {
            return null;
        }
        return Instant.ofEpochSecond(
                time.get().read("seconds", Long::parseLong).orElse(0L),
                time.get().number("nanos"));
    }
}
