package org.nsm4j.testkit.domain;

import java.util.List;
import java.util.Map;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.registry.Registration;
import org.nsm4j.core.registry.Registry;

/**
 * The endpoints as a node's manager shows them: those of the node under their own URLs, those of other nodes under
 * their managers', and of the forwarders only the node's own.
 *
 * @param nodes which node each endpoint is on, by its name
 */
record NodeView(Registry<Endpoint> all, String node, Map<String, String> nodes) implements Registry<Endpoint> {
    /** The service that forwarders provide. */
    static final String FORWARDER = "forwarder";

    @Override
    public Registration<Endpoint> register(Registration<Endpoint> registration, Caller caller) {
        return all.register(registration, caller);
    }

    @Override
    public List<Endpoint> find(Endpoint query, Caller caller) {
        return all.find(query, caller).stream()
                .filter(item -> isHere(item) || !item.services().contains(FORWARDER))
                .map(this::seen)
                .toList();
    }

    private boolean isHere(Endpoint item) {
        return node.equals(nodes.get(item.name()));
    }

    private Endpoint seen(Endpoint item) {
        return isHere(item)
                ? item
                : item.at(SimulatedDomain.managerUrl(nodes.getOrDefault(item.name(), ""))
                        .toString());
    }

    @Override
    public Watch watch(Endpoint query, Listener<Endpoint> listener, Caller caller) {
        return all.watch(query, listener, caller);
    }

    @Override
    public void unregister(Registration<Endpoint> registration, Caller caller) {
        all.unregister(registration, caller);
    }
}
