package org.nsm4j.core.registry;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.nsm4j.core.model.NetworkService;

/** How network services are named, matched and checked. */
record ServiceKind() implements Kind<NetworkService> {
    @Override
    public String word() {
        return "network service";
    }

    @Override
    public String name(NetworkService item) {
        return item.name();
    }

    @Override
    public NetworkService named(String name) {
        return NetworkService.named(name);
    }

    @Override
    public List<String> services(NetworkService item) {
        return List.of();
    }

    @Override
    public boolean fits(NetworkService query, NetworkService item) {
        return (query.name().isEmpty() || query.name().equals(item.name()))
                && (query.payload().isNone() || query.payload().equals(item.payload()))
                && (query.matches().isEmpty() || query.matches().equals(item.matches()));
    }

    @Override
    public Optional<Instant> expires(NetworkService item) {
        return Optional.empty();
    }

    @Override
    public NetworkService renewed(NetworkService item) {
        return item;
    }

    @Override
    public List<String> pathIds(NetworkService item) {
        return item.pathIds();
    }

    @Override
    public NetworkService withPathIds(NetworkService item, List<String> pathIds) {
        return item.withPathIds(pathIds);
    }

    @Override
    public void validate(NetworkService item) {
        Limits.name("network service name", item.name());
        var where = "network service " + item.name();
        Limits.text("payload of " + where, item.payload().value());
        Limits.count("matches of " + where, item.matches().size(), Limits.MOST_MATCHES);
        for (var match : item.matches()) {
            Limits.labels("source selector of " + where, match.source());
            Limits.count("routes of " + where, match.routes().size(), Limits.MOST_ROUTES);
            for (var route : match.routes()) {
                Limits.labels("destination selector of " + where, route.selector());
            }
            var forwarder = match.forwarderLabels();
            if (forwarder != null) {
                Limits.labels("forwarder labels of " + where, forwarder);
            }
        }
    }
}
