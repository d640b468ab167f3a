package org.nsm4j.dataplane.element;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.dataplane.wire.Underlay;

/**
 * The crossing of a forwarder: the next hop never sees the client's mechanism, but what we can do on the outgoing leg,
 * and what was agreed there last time (behaviour F-6, F-7); the MTU is lowered to what a tunnel carries.
 *
 * <p>Place: after the next hop is known, before the wire is plugged.
 */
@Does("offers the next hop what this node can do, and lowers the MTU to what that carries")
public final class OfferMechanisms implements Element {
    private final @Nullable Underlay underlay;

    /**
     * Offers KERNEL to endpoints on this node, and VXLAN towards other nodes.
     *
     * @param underlay null where there are no other nodes
     */
    public OfferMechanisms(@Nullable Underlay underlay) {
        this.underlay = underlay;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var incoming = Mechanisms.choose(call.incoming(), underlay != null);
        // what was agreed with one hop means nothing to another
        var before = call.next().equals(call.previousNext()) ? agreed(call) : null;
        var outgoing = call.offering(List.of(offer(call)))
                .with(connection -> limitMtu(connection.withMechanism(before), incoming));
        return rest.request(outgoing);
    }

    @Override
    public void close(Call call, Rest rest) {
        rest.close(call.with(connection -> connection.withMechanism(agreed(call))));
    }

    private static @Nullable Mechanism agreed(Call call) {
        return call.previous().map(Connection::mechanism).orElse(null);
    }

    private Mechanism offer(Call call) {
        boolean local = call.next()
                .orElseThrow(() -> new Refused(Refused.Reason.INTERNAL, "no element said where the request goes"))
                .isLocal();
        if (local) {
            return new Mechanism.Kernel(Map.of());
        }
        var here = underlay;
        if (here == null) {
            throw new Refused(
                    Refused.Reason.UNSUPPORTED,
                    "the endpoint is on another node, and this node has no underlay address "
                            + "(expected: --underlay DEVICE or NSM_TUNNEL_IP)");
        }
        var parameters = new LinkedHashMap<String, String>();
        parameters.put(Mechanism.SRC_IP, here.address().getHostAddress());
        parameters.put(Mechanism.SRC_PORT, Integer.toString(here.port()));
        parameters.put(Mechanism.MTU, Integer.toString(here.vxlanMtu()));
        return new Mechanism.Vxlan(parameters);
    }

    private Connection limitMtu(Connection connection, Mechanism incoming) {
        if (!(incoming instanceof Mechanism.Vxlan tunnel) || underlay == null) {
            return connection;
        }
        return connection.withContext(context ->
                context.withMtu(smallest(context.mtu(), smallest(tunnel.number(Mechanism.MTU), underlay.vxlanMtu()))));
    }

    /** The smaller of two sizes, where 0 means unlimited. */
    static int smallest(int one, int other) {
        return one == 0 || other == 0 ? Math.max(one, other) : Math.min(one, other);
    }
}
