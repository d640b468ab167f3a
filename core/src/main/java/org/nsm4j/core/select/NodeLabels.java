package org.nsm4j.core.select;

import java.util.HashMap;
import java.util.Map;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;

/**
 * Adds what this node knows of its clients (nodeName, podName, clusterName) to their labels, where they do not say it
 * themselves (behaviour M-1).
 *
 * <p>Place: in managers, before anything is selected by label.
 */
@Does("adds what this node knows of its clients to their labels")
public final class NodeLabels implements Element {
    private final Map<String, String> labels;

    /** Adds labels; those with an empty value are left out. */
    public NodeLabels(Map<String, String> labels) {
        var said = new HashMap<>(labels);
        said.values().removeIf(String::isEmpty);
        this.labels = Map.copyOf(said);
    }

    @Override
    public Connection request(Call call, Rest rest) {
        return rest.request(call.with(connection -> {
            var all = new HashMap<>(labels);
            all.putAll(connection.labels());
            return connection.withLabels(all);
        }));
    }
}
