package org.nsm4j.core.registry;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Url;

/** How endpoints are named, matched and checked. */
record EndpointKind() implements Kind<Endpoint> {
    @Override
    public String word() {
        return "endpoint";
    }

    @Override
    public String name(Endpoint item) {
        return item.name();
    }

    @Override
    public Endpoint named(String name) {
        return Endpoint.named(name);
    }

    @Override
    public List<String> services(Endpoint item) {
        return item.services();
    }

    @Override
    public boolean fits(Endpoint query, Endpoint item) {
        return (query.name().isEmpty() || query.name().equals(item.name()))
                && item.url().contains(query.url())
                && new HashSet<>(item.services()).containsAll(query.services())
                && labelsFit(query.labels(), item.labels())
                && expiresAtOnce(query, item);
    }

    private static boolean labelsFit(Map<String, Map<String, String>> asked, Map<String, Map<String, String>> has) {
        for (var each : asked.entrySet()) {
            var labels = has.get(each.getKey());
            if (labels == null || !labels.entrySet().containsAll(each.getValue().entrySet())) {
                return false;
            }
        }
        return true;
    }

    private static boolean expiresAtOnce(Endpoint query, Endpoint item) {
        var asked = query.expires();
        if (asked == null) {
            return true;
        }
        var has = item.expires();
        return has != null && has.getEpochSecond() == asked.getEpochSecond();
    }

    @Override
    public Optional<Instant> expires(Endpoint item) {
        return Optional.ofNullable(item.expires());
    }

    @Override
    public Endpoint renewed(Endpoint item) {
        return item.until(null);
    }

    @Override
    public List<String> pathIds(Endpoint item) {
        return item.pathIds();
    }

    @Override
    public Endpoint withPathIds(Endpoint item, List<String> pathIds) {
        return item.withPathIds(pathIds);
    }

    @Override
    public void validate(Endpoint item) {
        Limits.name("endpoint name", item.name());
        Limits.atLeastOne("services of endpoint " + item.name(), item.services().size());
        Limits.count("services of endpoint " + item.name(), item.services().size(), Limits.MOST_SERVICES);
        for (var service : item.services()) {
            Limits.name("service of endpoint " + item.name(), service);
        }
        Limits.count("label sets of endpoint " + item.name(), item.labels().size(), Limits.MOST_SERVICES);
        item.labels().forEach((service, labels) -> {
            Limits.name("labelled service of endpoint " + item.name(), service);
            Limits.labels("labels of endpoint " + item.name(), labels);
        });
        if (!item.url().isEmpty()) {
            Url.parse(item.url());
        }
    }
}
