package org.nsm4j.testkit.domain;

import java.util.List;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.registry.Registry;

/**
 * Looks up the endpoint of a service and says where it is: itself on this node, else behind its node's manager.
 *
 * @param endpoints whose URLs are those of their managers
 * @param node this node's name
 */
record FindEndpoint(Registry<Endpoint> endpoints, String node) implements Element {
    @Override
    public Connection request(Call call, Rest rest) {
        var known = call.previousNext();
        return rest.request(known.isPresent() ? call.towards(known.get()) : call.towards(find(call)));
    }

    @Override
    public void close(Call call, Rest rest) {
        if (call.next().isPresent() || call.previousNext().isPresent()) {
            rest.close(call);
            return;
        }
        Url url = null;
        try {
            url = find(call);
        } catch (Refused e) {
            // what cannot be found now expires by itself
        }
        rest.close(call.towards(url));
    }

    private Url find(Call call) {
        var service = call.connection().service();
        var found = endpoints.find(Endpoint.named("").providing(List.of(service)), call.caller());
        var endpoint = found.stream()
                .findFirst()
                .orElseThrow(() -> new Refused(
                        Refused.Reason.NO_CANDIDATE, "service: %s (expected: one with an endpoint)".formatted(service)));
        var manager = Url.parse(endpoint.url());
        return manager.equals(SimulatedDomain.managerUrl(node)) ? SimulatedDomain.endpointUrl(endpoint.name()) : manager;
    }
}
