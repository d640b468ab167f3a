package org.nsm4j.app.manifest;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.nsm4j.app.admin.ConnectRequest;
import org.nsm4j.app.config.GoDuration;

/** The spec of our own kind Connection: a workload in a named namespace that is to stay connected. */
final class ConnectionShape {
    private static final List<String> SPEC = List.of("name", "url", "netns", "labels", "timeout");
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private ConnectionShape() {}

    static Optional<ConnectRequest> read(String metadataName, Tree tree, Problems problems) {
        var spec = Fields.of(tree, "spec", problems, SPEC);
        var name = Names.of(metadataName, spec);
        var url = spec.text("url");
        if (!url.contains("://")) {
            spec.problem("url", "\"%s\" (expected: kernel://SERVICE/INTERFACE)".formatted(url));
        }
        var timeout = spec.has("timeout")
                ? spec.read("timeout", ConnectionShape::timeout).orElse(TIMEOUT)
                : TIMEOUT;
        var labels = spec.labels("labels");
        return spec.read("netns", ConnectRequest.Target::parse)
                .map(target -> new ConnectRequest(name, url, target, true, labels, timeout));
    }

    private static Duration timeout(String text) {
        try {
            return GoDuration.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"%s\" (expected: %s)".formatted(text, e.getMessage()), e);
        }
    }
}
