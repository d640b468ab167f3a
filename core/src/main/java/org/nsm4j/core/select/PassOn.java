package org.nsm4j.core.select;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.nsm4j.core.address.NameEnds;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Mechanism;

/**
 * The crossing of a function in the middle of a chain: asks for the same service in turn, as a client with the function's
 * own labels, and restores on the way back all that differs between the two legs (behaviour N-7): labels, endpoint,
 * mechanism, payload, and hardware addresses. Addresses, routes and name servers are the far end's, for both legs.
 *
 * <p>Which endpoint comes next is decided by the service's rules on the function's labels, and kept on a refresh; when the
 * client reselects, this leg reselects too.
 *
 * <p>Place: in functions, after everything that belongs to the client's leg, before the next hop is named.
 */
@Does("asks for the same service in turn, as the next function's client, and restores what differs on the way back")
public final class PassOn implements Element {
    private final Map<String, String> labels;
    private final Function<ConnectionId, Mechanism> wire;

    /**
     * Passes on.
     *
     * @param labels by which the service's rules recognise the function
     * @param wire the mechanism of the outgoing leg; the same for the same connection
     */
    public PassOn(Map<String, String> labels, Function<ConnectionId, Mechanism> wire) {
        this.labels = Map.copyOf(labels);
        this.wire = wire;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var asked = call.connection();
        var answer = rest.request(outgoing(call).offering(List.of(wire.apply(call.id()))));
        return answer.withLabels(asked.labels())
                .withEndpoint(asked.endpoint())
                .withMechanism(asked.mechanism())
                .withService(asked.service())
                .withPayload(asked.payload())
                .withContext(context -> context.withEthernet(asked.context().ethernet())
                        .withIp(context.ip().withNeighbors(asked.context().ip().neighbors())));
    }

    @Override
    public void close(Call call, Rest rest) {
        rest.close(outgoing(call));
    }

    private Call outgoing(Call call) {
        var before = call.previous();
        List<Context.Neighbor> neighbors =
                before.map(each -> each.context().ip().neighbors()).orElse(List.of());
        return call.with(connection -> connection
                .withLabels(labels)
                .withEndpoint(before.map(Connection::endpoint).orElse(""))
                .withMechanism(before.map(Connection::mechanism).orElse(null))
                .withContext(context -> context.withEthernet(NameEnds.derived(call.id(), "out"))
                        .withIp(context.ip().withNeighbors(neighbors))));
    }
}
