package org.nsm4j.app.role;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.nsm4j.app.admin.Admin;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.select.Choice;
import org.nsm4j.core.select.Doubts;
import org.nsm4j.core.select.Matching;
import org.nsm4j.core.select.SelectForwarder;

/**
 * Says by what the node selects which endpoint and forwarder a client would get, and why not the others.
 *
 * @param node which
 */
record Explainer(Node node) {
    Admin.Explanation explain(String name, Map<String, String> labels, Caller caller) {
        var registries = node.manager().registries();
        var service = registries.services().find(NetworkService.named(name), caller).stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Refused(
                        Refused.Reason.NOT_FOUND,
                        "network service: %s (expected: one that \"nsm get services\" shows)".formatted(name)));
        var client = new TreeMap<>(labels);
        client.putIfAbsent("nodeName", node.name());
        var endpoints = registries.known().find(Endpoint.named("").providing(List.of(name)), caller);
        var choice =
                Matching.endpoints(service, client, endpoints, node.scheduler().now());
        var forwarders = registries
                .known()
                .find(
                        Endpoint.named("")
                                .providing(List.of(SelectForwarder.FORWARDER))
                                .at(node.publicUrl()),
                        caller);
        return new Admin.Explanation(
                rule(service),
                candidates(choice, name),
                candidates(Matching.forwarders(service, client, forwarders, SelectForwarder.FORWARDER), ""),
                Doubts.about(service, endpoints));
    }

    private static String rule(NetworkService service) {
        return service.matches().isEmpty()
                ? "the service has no rules: every endpoint fits"
                : "%d rules, the first that applies counts"
                        .formatted(service.matches().size());
    }

    private List<Admin.Candidate> candidates(Choice choice, String service) {
        var candidates = new ArrayList<Admin.Candidate>();
        for (var verdict : choice.verdicts()) {
            var known = verdict.chosen() && !service.isEmpty()
                    ? node.forwarder().experience().describe(verdict.endpoint(), service)
                    : java.util.Optional.<String>empty();
            candidates.add(new Admin.Candidate(
                    verdict.endpoint().name(),
                    verdict.chosen(),
                    known.map(more -> verdict.why() + "; " + more).orElse(verdict.why())));
        }
        return candidates;
    }
}
