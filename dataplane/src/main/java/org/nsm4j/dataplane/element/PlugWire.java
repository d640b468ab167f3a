package org.nsm4j.dataplane.element;

import java.net.InetAddress;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.chain.Origin;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.WireReport;
import org.nsm4j.dataplane.wire.End;
import org.nsm4j.dataplane.wire.InterfaceName;
import org.nsm4j.dataplane.wire.Owner;
import org.nsm4j.dataplane.wire.Place;
import org.nsm4j.dataplane.wire.Plumbing;
import org.nsm4j.dataplane.wire.Underlay;
import org.nsm4j.dataplane.wire.Wire;

/**
 * Plugs the wire between the client's leg and the endpoint's, once the endpoint has answered: a veth pair where both
 * are here, one end of a vxlan tunnel where one is elsewhere.
 *
 * <p>A client that moves asks for another wire while it has one: the new one takes its place and name when all behind it
 * stands, and the old one comes back if the new one is closed first.
 *
 * <p>A network identifier that this node has given away already leads to another one: the tunnel's server side draws
 * again, the client side asks the rest once more.
 *
 * <p>Place: last before the next hop is asked, so that nothing that fails later leaves a wire behind.
 */
@Does("plugs the wire once the endpoint has answered: a veth pair here, or one end of a vxlan tunnel")
public final class PlugWire implements Element {
    private static final int TRIES = 4;

    private final String node;
    private final Plumbing plumbing;
    private final Vnis vnis;
    private final @Nullable Underlay underlay;
    private final PlaceCheck places;
    private final Successions successions;

    /**
     * Plugs on a node.
     *
     * @param node its name, written into the alias of what is made
     * @param plumbing the kernel
     * @param vnis network identifiers that this node gives away
     * @param underlay null where there are no other nodes
     * @param places says which namespaces may be touched
     * @param clients names the one who asks for a call's connection, as its tokens prove it
     */
    public PlugWire(
            String node,
            Plumbing plumbing,
            Vnis vnis,
            @Nullable Underlay underlay,
            PlaceCheck places,
            Function<Call, String> clients) {
        this.node = node;
        this.plumbing = plumbing;
        this.vnis = vnis;
        this.underlay = underlay;
        this.places = places;
        this.successions = new Successions(clients);
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var incoming = Mechanisms.choose(call.incoming(), underlay != null);
        check(incoming, call);
        var asking = call;
        for (int tries = 1; ; tries++) {
            var answer = rest.request(asking);
            try {
                return plug(call, incoming, answer);
            } catch (Plumbing.VniTaken e) {
                if (tries == TRIES) {
                    throw new Refused(
                            Refused.Reason.CONFLICT,
                            "%s, %d times in a row (expected: one that is free)".formatted(e.getMessage(), TRIES),
                            e);
                }
                asking = call.with(connection -> withoutVni(connection));
            }
        }
    }

    /** Tells the tunnel's server side to draw again: it keeps a number that is sent back to it. */
    private static Connection withoutVni(Connection connection) {
        return connection.mechanism() instanceof Mechanism.Vxlan tunnel
                ? connection.withMechanism(tunnel.with(Mechanism.VNI, ""))
                : connection;
    }

    /** Refuses what could never be plugged before anybody else is asked. */
    private void check(Mechanism incoming, Call call) {
        switch (incoming) {
            case Mechanism.Kernel kernel -> {
                places.check(place(kernel, call), PlaceCheck.Side.CLIENT, call);
                kernel.name().ifPresent(InterfaceName::check);
            }
            case Mechanism.Vxlan vxlan -> address(vxlan, Mechanism.SRC_IP);
            case Mechanism.Memif m -> {}
            case Mechanism.Noop n -> {}
            case Mechanism.Wireguard w -> {}
            case Mechanism.Unknown u -> {}
        }
    }

    private Connection plug(Call call, Mechanism incoming, Connection answer) {
        var outgoing = answer.mechanism();
        return switch (incoming) {
            case Mechanism.Kernel client
            when outgoing instanceof Mechanism.Kernel endpoint -> plugLocal(call, client, endpoint, answer);
            case Mechanism.Kernel client
            when outgoing instanceof Mechanism.Vxlan tunnel -> plugClient(call, client, tunnel, answer);
            case Mechanism.Vxlan tunnel
            when outgoing instanceof Mechanism.Kernel endpoint -> plugEndpoint(call, tunnel, endpoint, answer);
            default ->
                throw new Refused(
                        Refused.Reason.UNSUPPORTED,
                        "cannot join a leg of %s with one of %s (expected: KERNEL with KERNEL or VXLAN)"
                                .formatted(incoming.type(), outgoing == null ? "no mechanism" : outgoing.type()));
        };
    }

    private Connection plugLocal(Call call, Mechanism.Kernel client, Mechanism.Kernel endpoint, Connection answer) {
        var clientName = name(client, call);
        var wire = new Wire.Local(
                owner(call),
                End.ofClient(place(client, call), clientName, answer.context()).configuredFor(client),
                endOfEndpoint(call, endpoint, answer));
        holdNear(call, wire);
        return swapping(call, answer.withMechanism(client.with(Mechanism.NAME, clientName)));
    }

    private Connection plugClient(Call call, Mechanism.Kernel client, Mechanism.Vxlan tunnel, Connection answer) {
        var name = name(client, call);
        var limited = limitMtu(answer, tunnel);
        var wire = new Wire.Remote(
                owner(call),
                End.ofClient(place(client, call), name, limited.context()).configuredFor(client),
                new Wire.Tunnel(tunnel.vni(), address(tunnel, Mechanism.DST_IP), port(tunnel, Mechanism.DST_PORT)));
        holdNear(call, wire);
        return swapping(call, limited.withMechanism(client.with(Mechanism.NAME, name)));
    }

    private Connection plugEndpoint(Call call, Mechanism.Vxlan tunnel, Mechanism.Kernel endpoint, Connection answer) {
        var here = underlay();
        var limited = limitMtu(answer, tunnel);
        var peer = address(tunnel, Mechanism.SRC_IP);
        if (isUnwanted(call, tunnel)) {
            call.replace(Vnis.Lease.class, () -> vnis.another(here.address(), peer));
        }
        var end = endOfEndpoint(call, endpoint, limited);
        int known = known(call, tunnel, peer, end);
        for (int tries = 1; ; tries++) {
            var vni = call.hold(Vnis.Lease.class, () -> vnis.lease(here.address(), peer, known));
            var wire = new Wire.Remote(
                    owner(call), end, new Wire.Tunnel(vni.vni(), peer, port(tunnel, Mechanism.SRC_PORT)));
            try {
                hold(call, wire);
                return limited.withMechanism(tunnel.with(Mechanism.VNI, Integer.toString(vni.vni()))
                        .with(Mechanism.DST_IP, here.address().getHostAddress())
                        .with(Mechanism.DST_PORT, Integer.toString(here.port()))
                        .with(Mechanism.MTU, Integer.toString(tunnelMtu(tunnel))));
            } catch (Plumbing.VniTaken e) {
                if (tries == TRIES) {
                    throw e;
                }
                call.replace(Vnis.Lease.class, () -> vnis.another(here.address(), peer));
            }
        }
    }

    /**
     * The number that the client brings along; where both forwarders have forgotten it, as after both were killed, the one
     * that the link has: the wire stands, and with another number it would be made anew.
     */
    private int known(Call call, Mechanism.Vxlan tunnel, InetAddress peer, End end) {
        if (call.origin() != Origin.ADOPT || tunnel.vni() != 0) {
            return tunnel.vni();
        }
        return plumbing.standing(owner(call), end)
                .filter(standing -> standing.remote().equals(peer))
                .map(Wire.Tunnel::vni)
                .orElse(0);
    }

    /** Whether the other side sends its chosen mechanism back without the number: it cannot use the one it got. */
    private static boolean isUnwanted(Call call, Mechanism.Vxlan tunnel) {
        return call.held(Vnis.Lease.class).isPresent()
                && call.incoming().connection().mechanism() != null
                && tunnel.vni() == 0;
    }

    /** Where the client's end is here, the wire takes the place of the one that the same client had for it before. */
    private void holdNear(Call call, Wire wire) {
        var former = successions.former(call);
        if (former.isPresent()) {
            call.replace(Plumbing.Plugged.class, () -> former.get().replaceBy(wire));
        } else {
            hold(call, wire);
        }
        call.held(Plumbing.Plugged.class).ifPresent(plugged -> successions.hold(call, plugged));
    }

    /** Tells the client that it need not close the one path before it asks for the other. */
    private static Connection swapping(Call call, Connection answer) {
        int own = call.connection().path().index();
        return answer.path()
                .segment(own)
                .map(segment -> answer.withPath(answer.path().with(own, WireReport.swapping(segment))))
                .orElse(answer);
    }

    private void hold(Call call, Wire wire) {
        var present = call.held(Plumbing.Plugged.class);
        if (present.isPresent() && sameShape(present.get().wire(), wire)) {
            call.hold(Plumbing.Plugged.class, present::get).change(wire);
        } else if (present.isPresent()) {
            call.replace(Plumbing.Plugged.class, () -> present.get().replaceBy(wire));
        } else if (call.origin() == Origin.ADOPT) {
            // the links may have been there before this process: a failed adoption must not take them away
            call.adopt(Plumbing.Plugged.class, () -> plumbing.plug(wire));
        } else {
            call.hold(Plumbing.Plugged.class, () -> plumbing.plug(wire));
        }
    }

    /** Whether one wire can become the other without new links. */
    private static boolean sameShape(Wire one, Wire other) {
        return switch (one) {
            case Wire.Local a ->
                other instanceof Wire.Local b && sameEnd(a.client(), b.client()) && sameEnd(a.endpoint(), b.endpoint());
            case Wire.Remote a ->
                other instanceof Wire.Remote b
                        && sameEnd(a.end(), b.end())
                        && a.tunnel().equals(b.tunnel());
        };
    }

    private static boolean sameEnd(End one, End other) {
        return one.place().equals(other.place()) && one.name().equals(other.name());
    }

    private End endOfEndpoint(Call call, Mechanism.Kernel endpoint, Connection answer) {
        var place = place(endpoint, call);
        places.check(place, PlaceCheck.Side.ENDPOINT, call);
        var name = endpoint.name()
                .map(InterfaceName::check)
                .orElseGet(() -> InterfaceName.derived(answer.service(), call.id()));
        return End.ofEndpoint(place, name, answer.context()).configuredFor(endpoint);
    }

    private static Place place(Mechanism.Kernel kernel, Call call) {
        return Place.of(kernel, call.caller().files());
    }

    private static String name(Mechanism.Kernel client, Call call) {
        return client.name()
                .orElseGet(() -> InterfaceName.derived(call.connection().service(), call.id()));
    }

    private Connection limitMtu(Connection answer, Mechanism.Vxlan tunnel) {
        return answer.withContext(
                context -> context.withMtu(OfferMechanisms.smallest(context.mtu(), tunnelMtu(tunnel))));
    }

    /** What both ends of the tunnel carry (wire §2.5). */
    private int tunnelMtu(Mechanism.Vxlan tunnel) {
        return OfferMechanisms.smallest(tunnel.number(Mechanism.MTU), underlay().vxlanMtu());
    }

    private Owner owner(Call call) {
        return new Owner(node, call.id(), 1);
    }

    private Underlay underlay() {
        if (underlay == null) {
            throw new Refused(
                    Refused.Reason.UNSUPPORTED,
                    "mechanism VXLAN: this node has no underlay address (expected: --underlay DEVICE or NSM_TUNNEL_IP)");
        }
        return underlay;
    }

    private int port(Mechanism.Vxlan tunnel, String key) {
        int port = tunnel.number(key);
        return port == 0 ? underlay().port() : port;
    }

    private static InetAddress address(Mechanism.Vxlan tunnel, String key) {
        return tunnel.parameter(key)
                .map(Cidr::parseAddress)
                .orElseThrow(() -> new Refused(
                        Refused.Reason.INVALID,
                        "mechanism VXLAN: no %s (expected: the other node's underlay address)".formatted(key)));
    }
}
