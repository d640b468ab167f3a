package org.nsm4j.app.manifest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Opaque;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.select.Doubts;

/** The spec of a NetworkService. */
final class ServiceShape {
    private static final List<String> SPEC = List.of("name", "payload", "matches", "path_ids");
    private static final List<String> MATCH = List.of("source_selector", "routes", "fallthrough", "metadata");
    private static final List<String> ROUTE = List.of("destination_selector", "weight");

    private final String source;
    private final Problems problems;
    private final List<String> warnings;

    ServiceShape(String source, Problems problems, List<String> warnings) {
        this.source = source;
        this.problems = problems;
        this.warnings = warnings;
    }

    NetworkService read(String metadataName, Tree tree) {
        var spec = Fields.of(tree, "spec", problems, SPEC);
        var payload = spec.text("payload");
        if (!payload.isEmpty() && !payload.equals("IP") && !payload.equals("ETHERNET")) {
            spec.problem("payload", "\"%s\" (expected: IP or ETHERNET)".formatted(payload));
        }
        var matches = new ArrayList<NetworkService.Match>();
        var items = spec.items("matches");
        for (int i = 0; i < items.size(); i++) {
            matches.add(match(Fields.of(items.get(i), "spec.matches[%d]".formatted(i), problems, MATCH)));
        }
        var service = new NetworkService(
                Names.of(metadataName, spec),
                payload.isEmpty() ? Payload.IP : new Payload(payload),
                matches,
                List.of(),
                Opaque.NONE);
        Doubts.ofRules(service).forEach(doubt -> warnings.add("%s:%d: %s".formatted(source, tree.line(), doubt)));
        return service;
    }

    private NetworkService.Match match(Fields fields) {
        var routes = new ArrayList<NetworkService.Destination>();
        var items = fields.items("routes");
        for (int i = 0; i < items.size(); i++) {
            var route = Fields.of(items.get(i), fields.at("routes[%d]".formatted(i)), problems, ROUTE);
            routes.add(new NetworkService.Destination(route.labels("destination_selector"), route.number("weight")));
        }
        return new NetworkService.Match(
                fields.labels("source_selector"), routes, fields.flag("fallthrough"), forwarderLabels(fields));
    }

    private static @Nullable Map<String, String> forwarderLabels(Fields match) {
        var metadata = match.map("metadata", List.of("labels"));
        return metadata.isPresent() ? metadata.get().labels("labels") : null;
    }
}
