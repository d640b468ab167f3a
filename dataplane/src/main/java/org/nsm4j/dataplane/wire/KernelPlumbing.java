package org.nsm4j.dataplane.wire;

import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.NewLink;
import org.nsm4j.linux.net.VxlanSettings;

/** {@link Plumbing} on the real kernel, of the node that this process lives in. */
public final class KernelPlumbing implements Plumbing {
    /** Chosen indices start here, far above those that the kernel hands out one by one. */
    private static final int FIRST_INDEX = 1 << 20;

    private static final int TRIES = 4;

    private final @Nullable Underlay underlay;
    private final PeerGuard guard;
    private final Reaper reaper;

    /**
     * Plumbs on this node.
     *
     * @param underlay how other nodes are reached; null where there are none
     * @param guard opens the vxlan port
     * @param reaper deletes links
     */
    public KernelPlumbing(@Nullable Underlay underlay, PeerGuard guard, Reaper reaper) {
        this.underlay = underlay;
        this.guard = guard;
        this.reaper = reaper;
    }

    @Override
    public Plugged plug(Wire wire) {
        return switch (wire) {
            case Wire.Local local -> new PluggedWire(this, reaper, local, null, fit(local));
            case Wire.Remote remote -> {
                var hold = guard.admit(remote.tunnel().remote());
                try {
                    yield new PluggedWire(this, reaper, remote, hold, fit(remote));
                } catch (RuntimeException e) {
                    hold.close();
                    throw e;
                }
            }
        };
    }

    /** Makes the wire, or repairs what is there of it; returns the cookies of the namespaces, the client's first. */
    long[] fit(Wire wire) {
        try {
            return switch (wire) {
                case Wire.Local local -> fitLocal(local);
                case Wire.Remote remote -> fitRemote(remote);
            };
        } catch (KernelRefused e) {
            throw refused(e);
        }
    }

    private long[] fitLocal(Wire.Local wire) {
        try (var client = Workload.open(wire.client());
                var endpoint = Workload.open(wire.endpoint())) {
            if (client.netns().sameAs(endpoint.netns())) {
                throw new Refused(
                        Refused.Reason.CONFLICT,
                        "client and endpoint are both in %s (expected: two network namespaces)"
                                .formatted(wire.client().place()));
            }
            var owner = wire.owner();
            var clientLink = client.collisions().own(owner);
            var endpointLink = endpoint.collisions().own(owner);
            client.collisions().refuse(clientLink.map(Link::index).orElse(0));
            endpoint.collisions().refuse(endpointLink.map(Link::index).orElse(0));
            if (clientLink.isPresent() && endpointLink.isPresent()) {
                client.fitting().repair(clientLink.get());
                endpoint.fitting().repair(endpointLink.get());
            } else {
                // half a pair cannot be: what is left of it belongs to an attempt that died
                clientLink.ifPresent(link -> client.layOff(link, reaper));
                endpointLink.ifPresent(link -> endpoint.layOff(link, reaper));
                create(wire, client, endpoint);
            }
            return new long[] {client.cookie(), endpoint.cookie()};
        }
    }

    private void create(Wire.Local wire, Workload client, Workload endpoint) {
        var links = addPair(wire, client, endpoint);
        try {
            client.fitting().furnish(links[0], wire.owner());
            endpoint.fitting().furnish(links[1], wire.owner());
        } catch (RuntimeException e) {
            client.layOff(links[0], reaper);
            throw e;
        }
    }

    private static int[] addPair(Wire.Local wire, Workload client, Workload endpoint) {
        for (int tries = 1; ; tries++) {
            int first = index();
            int second = index();
            var one = Fitting.born(wire.client(), first, client.netns());
            var other = Fitting.born(wire.endpoint(), second, endpoint.netns());
            try {
                client.network().change().addLink(new NewLink.Veth(one, other)).commit();
                return new int[] {first, second};
            } catch (KernelRefused e) {
                if (!e.is(Errno.EEXIST) || !e.text().isEmpty() || tries == TRIES) {
                    throw e;
                }
            }
        }
    }

    private long[] fitRemote(Wire.Remote wire) {
        try (var workload = Workload.open(wire.end())) {
            var present = workload.collisions().own(wire.owner());
            if (present.isPresent() && !leadsTo(present.get(), wire.tunnel())) {
                workload.layOff(present.get(), reaper);
                reaper.settle();
                present = Optional.empty();
            }
            workload.collisions().refuse(present.map(Link::index).orElse(0));
            if (present.isPresent()) {
                workload.fitting().repair(present.get());
            } else {
                create(wire, workload);
            }
            return new long[] {workload.cookie()};
        }
    }

    private static boolean leadsTo(Link link, Wire.Tunnel tunnel) {
        var vxlan = link.vxlan();
        return vxlan != null
                && vxlan.vni() == tunnel.vni()
                && vxlan.port() == tunnel.port()
                && tunnel.remote().equals(vxlan.remote());
    }

    private void create(Wire.Remote wire, Workload workload) {
        int link = addVxlan(wire, workload);
        try {
            workload.fitting().furnish(link, wire.owner());
        } catch (RuntimeException e) {
            workload.layOff(link, reaper);
            throw e;
        }
    }

    private int addVxlan(Wire.Remote wire, Workload workload) {
        var tunnel = wire.tunnel();
        var here = underlay;
        if (here == null) {
            throw new Refused(
                    Refused.Reason.UNSUPPORTED,
                    "mechanism VXLAN: this node has no underlay address (expected: --underlay DEVICE or NSM_TUNNEL_IP)");
        }
        try (var node = Network.ofNode()) {
            int device = node.link(here.device()).map(Link::index).orElse(0);
            var settings = VxlanSettings.between(here.address(), tunnel.remote(), tunnel.vni(), device, tunnel.port());
            for (int tries = 1; ; tries++) {
                int index = index();
                var born = Fitting.born(wire.end(), index, workload.netns());
                try {
                    node.change().addLink(new NewLink.Vxlan(born, settings)).commit();
                    return index;
                } catch (KernelRefused e) {
                    if (!e.is(Errno.EEXIST) || !e.text().isEmpty() || tries == TRIES) {
                        throw vxlanRefused(e, tunnel);
                    }
                }
            }
        }
    }

    private static RuntimeException vxlanRefused(KernelRefused e, Wire.Tunnel tunnel) {
        if (e.is(Errno.EEXIST) && e.text().contains("VNI")) {
            return new VniTaken("VNI %d on port %d is taken on this node".formatted(tunnel.vni(), tunnel.port()), e);
        }
        if (e.is(Errno.EADDRINUSE)) {
            return new Refused(
                    Refused.Reason.CONFLICT,
                    ("vxlan port: UDP %d is used by another program on this node (expected: a free port; "
                                    + "choose one by --vxlan-port or NSM_VXLAN_PORT)")
                            .formatted(tunnel.port()),
                    e);
        }
        return e;
    }

    private static int index() {
        return ThreadLocalRandom.current().nextInt(FIRST_INDEX, Integer.MAX_VALUE);
    }

    /** The kernel's refusal as a hop says it. */
    static Refused refused(KernelRefused e) {
        if (e.is(Errno.EMFILE, Errno.ENFILE)) {
            return new Refused(
                    Refused.Reason.NO_CAPACITY,
                    e.getMessage() + " (expected: more descriptors; raise LimitNOFILE or ulimit -n)",
                    e);
        }
        if (e.is(Errno.ENOENT)) {
            return new Refused(Refused.Reason.NOT_FOUND, String.valueOf(e.getMessage()), e);
        }
        if (e.is(Errno.EEXIST, Errno.EADDRINUSE)) {
            return new Refused(Refused.Reason.CONFLICT, String.valueOf(e.getMessage()), e);
        }
        if (e.is(Errno.EPERM, Errno.EACCES)) {
            return new Refused(
                    Refused.Reason.UNAVAILABLE,
                    e.getMessage() + " (expected: the forwarder has CAP_NET_ADMIN and CAP_SYS_ADMIN)",
                    e);
        }
        return new Refused(Refused.Reason.INTERNAL, String.valueOf(e.getMessage()), e);
    }
}
