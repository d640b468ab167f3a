package org.nsm4j.core.registry;

import java.util.Map;
import java.util.TreeMap;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;

/**
 * Says where an endpoint runs, in the labels of each of its services, unless it says so itself (behaviour M-11;
 * upstream's clientinfo).
 *
 * <p>Place: in managers, which know their node.
 */
public final class NodeLabels implements Layer<Endpoint> {
    private final Map<String, String> labels;
    private final Registry<Endpoint> rest;

    /**
     * Adds labels.
     *
     * @param labels those that are known of {@code nodeName}, {@code podName} and {@code clusterName}
     */
    public NodeLabels(Map<String, String> labels, Registry<Endpoint> rest) {
        this.labels = Map.copyOf(labels);
        this.rest = rest;
    }

    @Override
    public Registry<Endpoint> rest() {
        return rest;
    }

    @Override
    public Registration<Endpoint> register(Registration<Endpoint> registration, Caller caller) {
        var endpoint = registration.item();
        var labelled = new TreeMap<>(endpoint.labels());
        for (var service : endpoint.services()) {
            var own = new TreeMap<>(labels);
            own.putAll(endpoint.labelsFor(service));
            labelled.put(service, own);
        }
        return rest.register(registration.with(endpoint.withLabels(labelled)), caller);
    }
}
