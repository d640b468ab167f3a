package org.nsm4j.core.model;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A provider of network services, as the registry knows it.
 *
 * @param name unique in the domain
 * @param services the services that it provides
 * @param labels its labels, by service
 * @param url where it is asked; empty where it was not said
 * @param expires when the registration ends; null where it was not said
 * @param registered when the name was first registered; null where it was not said
 * @param pathIds SPIFFE ids of the hops that registered it
 * @param unknown what a newer version sent
 */
public record Endpoint(
        String name,
        List<String> services,
        Map<String, Map<String, String>> labels,
        String url,
        @Nullable Instant expires,
        @Nullable Instant registered,
        List<String> pathIds,
        Opaque unknown) {
    public Endpoint {
        services = List.copyOf(services);
        var copy = new TreeMap<String, Map<String, String>>();
        labels.forEach((service, each) -> copy.put(service, Map.copyOf(each)));
        labels = Map.copyOf(copy);
        pathIds = List.copyOf(pathIds);
    }

    /** An endpoint of a name; as a query, that name. */
    public static Endpoint named(String name) {
        return new Endpoint(name, List.of(), Map.of(), "", null, null, List.of(), Opaque.NONE);
    }

    /** The same, providing these services. */
    public Endpoint providing(List<String> newServices) {
        return new Endpoint(name, newServices, labels, url, expires, registered, pathIds, unknown);
    }

    /** The same under another name. */
    public Endpoint withName(String newName) {
        return new Endpoint(newName, services, labels, url, expires, registered, pathIds, unknown);
    }

    /** The same with other labels. */
    public Endpoint withLabels(Map<String, Map<String, String>> newLabels) {
        return new Endpoint(name, services, newLabels, url, expires, registered, pathIds, unknown);
    }

    /** The same at another URL. */
    public Endpoint at(String newUrl) {
        return new Endpoint(name, services, labels, newUrl, expires, registered, pathIds, unknown);
    }

    /** The same until another time. */
    public Endpoint until(@Nullable Instant newExpires) {
        return new Endpoint(name, services, labels, url, newExpires, registered, pathIds, unknown);
    }

    /** The same, first registered at this time. */
    public Endpoint since(@Nullable Instant newRegistered) {
        return new Endpoint(name, services, labels, url, expires, newRegistered, pathIds, unknown);
    }

    /** The same, registered by these hops. */
    public Endpoint withPathIds(List<String> newPathIds) {
        return new Endpoint(name, services, labels, url, expires, registered, newPathIds, unknown);
    }

    /** The labels that it carries for one service. */
    public Map<String, String> labelsFor(String service) {
        return labels.getOrDefault(service, Map.of());
    }

    /** Whether the registration has ended. */
    public boolean isExpired(Instant now) {
        return expires != null && !expires.isAfter(now);
    }
}
