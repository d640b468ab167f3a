package org.nsm4j.app.role;

import java.util.Optional;
import org.nsm4j.app.config.HostPort;
import org.nsm4j.app.observe.MetricsServer;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;

/** A node's figures, for Prometheus. */
final class NodeMetrics {
    private NodeMetrics() {}

    /** Serves them, where an address was given. */
    static AutoCloseable serve(Optional<HostPort> listen, Node node) {
        if (listen.isEmpty()) {
            return () -> {};
        }
        var metrics = node.metrics();
        metrics.includeJvm();
        metrics.connections(
                "manager", () -> node.manager().connections().standing().size());
        metrics.connections(
                "forwarder", () -> node.forwarder().connections().standing().size());
        metrics.connections("client", () -> node.client().standing());
        for (var kind : NodeAudit.Kind.values()) {
            metrics.leftovers(kind.word(), () -> node.audit().count(kind));
        }
        metrics.certificate(
                "client",
                () -> node.parts()
                        .identity()
                        .svid()
                        .chain()
                        .getFirst()
                        .getNotAfter()
                        .toInstant());
        node.registry().ifPresent(registry -> {
            metrics.registered(
                    "service",
                    () -> registry.services()
                            .find(NetworkService.named(""), Caller.SELF)
                            .size());
            metrics.registered(
                    "endpoint",
                    () -> registry.endpoints()
                            .find(Endpoint.named(""), Caller.SELF)
                            .size());
        });
        return MetricsServer.start(metrics, listen.get());
    }
}
