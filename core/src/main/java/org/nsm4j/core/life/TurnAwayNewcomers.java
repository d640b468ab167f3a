package org.nsm4j.core.life;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.chain.Origin;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;

/**
 * While a node is drained, its clients get no new connections. Those that they have are refreshed, and moved to other
 * endpoints: then the client's own id for the connection is known, whatever is new behind it.
 *
 * <p>Place: in managers, after the connection table and before anything is chosen.
 */
@Does("refuses new connections of this node's clients while the node is drained")
public final class TurnAwayNewcomers implements Element {
    private static final int OF_OWN_CLIENT = 1;

    private final String node;
    private final Map<Client, Integer> known = new ConcurrentHashMap<>();
    private volatile boolean draining;

    /**
     * Turns nobody away yet.
     *
     * @param node its name, for those who are turned away
     */
    public TurnAwayNewcomers(String node) {
        this.node = node;
    }

    /** A client's connection, as the client knows it. */
    private record Client(String name, ConnectionId id) {}

    /** One connection of ours that belongs to it; there are two while it moves. */
    private final class Stands implements AutoCloseable {
        private final Client client;

        Stands(Client client) {
            this.client = client;
            known.merge(client, 1, Integer::sum);
        }

        @Override
        public void close() {
            known.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var path = call.connection().path();
        var first = path.segment(0);
        if (path.index() != OF_OWN_CLIENT || first.isEmpty()) {
            return rest.request(call);
        }
        var client = new Client(first.get().name(), first.get().id());
        if (draining && call.origin() == Origin.FIRST && !known.containsKey(client)) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "node: %s takes no new connections (expected: another node; this one is being drained)"
                            .formatted(node));
        }
        call.hold(Stands.class, () -> new Stands(client));
        return rest.request(call);
    }

    /** Turns newcomers away from now on, or does not any more. */
    public void drain(boolean on) {
        draining = on;
    }
}
