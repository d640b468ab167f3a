package org.nsm4j.dataplane.wire;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.NewLink;
import org.nsm4j.linux.net.VxlanSettings;

/**
 * Wires to other nodes: a vxlan link born in the workload's namespace, whose packets leave through the node's underlay.
 * Where the workload could retarget it, the link stays on the node behind a veth pair ({@link Shelter}).
 */
final class VxlanWires {
    private final Node node;
    private final @Nullable Underlay underlay;
    private final Reaper reaper;

    VxlanWires(Node node, @Nullable Underlay underlay, Reaper reaper) {
        this.node = node;
        this.underlay = underlay;
        this.reaper = reaper;
    }

    Fitted fit(Wire.Remote wire, Owners owners) {
        try (var workload = Workload.open(wire.end())) {
            var collisions = new Collisions(workload);
            var present = collisions.own(owners);
            collisions.refuse(present.map(Link::index).orElse(0));
            var settings = settings(wire.tunnel());
            var fitting = present.filter(owners::isOwn).filter(link -> isSame(tunnelOf(link, wire.owner()), settings));
            return fitting.isPresent()
                    ? repair(fitting.get(), workload, wire.owner())
                    : create(wire, settings, workload, present);
        }
    }

    /** The tunnel behind the interface that an end has now, if that is the owner's. */
    Optional<Wire.Tunnel> standing(Owner owner, End end) {
        try (var workload = Workload.open(end)) {
            return workload.network()
                    .link(end.name())
                    .filter(Owners.alone(owner)::isOwn)
                    .flatMap(link -> Optional.ofNullable(tunnelOf(link, owner)))
                    .flatMap(settings -> Optional.ofNullable(settings.remote())
                            .map(remote -> new Wire.Tunnel(settings.vni(), remote, settings.port())));
        }
    }

    /** The vxlan link behind a workload's interface: itself, or the one in its shelter. */
    private @Nullable VxlanSettings tunnelOf(Link link, Owner asked) {
        return link.vxlan() != null
                ? link.vxlan()
                : new Shelter(node, Fitted.ownerOf(link, asked))
                        .tunnelLink()
                        .map(Link::vxlan)
                        .orElse(null);
    }

    private static boolean isSame(@Nullable VxlanSettings present, VxlanSettings wanted) {
        return wanted.equals(present);
    }

    private Fitted repair(Link link, Workload workload, Owner asked) {
        new Fitting(workload).repair(link);
        var owner = Fitted.ownerOf(link, asked);
        return new Fitted(List.of(workload.seat(node, link.index(), owner, link.vxlan() == null)), List.of());
    }

    private Fitted create(Wire.Remote wire, VxlanSettings settings, Workload workload, Optional<Link> before) {
        var present = before;
        if (present.isPresent() && hasNumberOf(present.get(), settings, wire.owner())) {
            // the kernel has a number but once: this predecessor cannot stand until its successor does
            remove(present.get(), workload, wire.owner());
            present = Optional.empty();
        }
        var owner = Fitted.next(wire.owner(), before);
        boolean sheltered = Shelter.isNeeded(wire.end().place());
        int index = add(wire, settings, new Birth(workload, owner, sheltered, present.isEmpty()));
        var making = new Making(node, List.of(workload.seat(node, index, owner, sheltered)));
        try {
            making.seat(workload, index, present);
            return making.done();
        } catch (RuntimeException e) {
            making.undo(e, reaper);
            throw e;
        }
    }

    private boolean hasNumberOf(Link link, VxlanSettings settings, Owner asked) {
        var tunnel = tunnelOf(link, asked);
        return tunnel != null && tunnel.vni() == settings.vni() && tunnel.port() == settings.port();
    }

    private void remove(Link link, Workload workload, Owner asked) {
        workload.seat(node, link.index(), Fitted.ownerOf(link, asked), link.vxlan() == null)
                .layOff(node, reaper);
        reaper.settle();
    }

    /**
     * How a link comes to be.
     *
     * @param sheltered whether the tunnel stays on the node
     * @param nameIsFree whether no predecessor has the name
     */
    private record Birth(Workload workload, Owner owner, boolean sheltered, boolean nameIsFree) {}

    private int add(Wire.Remote wire, VxlanSettings settings, Birth birth) {
        for (int tries = 1; ; tries++) {
            int index = KernelPlumbing.index();
            var born = new Fitting(birth.workload).born(index, birth.nameIsFree);
            try {
                if (birth.sheltered) {
                    new Shelter(node, birth.owner)
                            .create(settings, born, wire.end().mtu());
                } else {
                    node.network()
                            .change()
                            .addLink(new NewLink.Vxlan(born, settings))
                            .commit();
                }
                return index;
            } catch (KernelRefused e) {
                if (!KernelPlumbing.isIndexTaken(e, tries)) {
                    throw refused(e, wire.tunnel());
                }
            }
        }
    }

    private VxlanSettings settings(Wire.Tunnel tunnel) {
        var here = underlay;
        if (here == null) {
            throw new Refused(
                    Refused.Reason.UNSUPPORTED,
                    "mechanism VXLAN: this node has no underlay address (expected: --underlay DEVICE or NSM_TUNNEL_IP)");
        }
        if (here.address().getAddress().length != tunnel.remote().getAddress().length) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "underlay: from %s to %s (expected: both IPv4, or both IPv6)"
                            .formatted(
                                    here.address().getHostAddress(),
                                    tunnel.remote().getHostAddress()));
        }
        int device = node.network()
                .link(here.device())
                .map(Link::index)
                .orElseThrow(() -> new Refused(
                        Refused.Reason.UNAVAILABLE,
                        "underlay: no link %s on this node (expected: the link that carries %s)"
                                .formatted(here.device(), here.address().getHostAddress())));
        try {
            return VxlanSettings.between(here.address(), tunnel.remote(), tunnel.vni(), device, tunnel.port());
        } catch (IllegalArgumentException e) {
            throw new Refused(Refused.Reason.INVALID, "mechanism VXLAN: " + e.getMessage(), e);
        }
    }

    private static RuntimeException refused(KernelRefused e, Wire.Tunnel tunnel) {
        if (e.is(Errno.EEXIST) && e.text().contains("VNI")) {
            return new Plumbing.VniTaken(
                    "VNI %d on port %d is taken on this node".formatted(tunnel.vni(), tunnel.port()), e);
        }
        return e;
    }

    /** The kernel notices only when the link is switched on that another program has the port. */
    static RuntimeException portTaken(KernelRefused e, Wire.Tunnel tunnel) {
        return new Refused(
                Refused.Reason.CONFLICT,
                ("vxlan port: UDP %d is used by another program on this node (expected: a free port; "
                                + "choose one by --vxlan-port or NSM_VXLAN_PORT)")
                        .formatted(tunnel.port()),
                e);
    }
}
