package org.nsm4j.dataplane.wire;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.NewLink;
import org.nsm4j.linux.net.VxlanSettings;

/**
 * Wires to other nodes: a vxlan link born in the workload's namespace, whose packets leave through the node's underlay.
 * Where the workload could retarget it, the link stays on the node behind a veth pair ({@link Shelter}).
 */
final class VxlanWires {
    private final @Nullable Underlay underlay;
    private final Reaper reaper;

    VxlanWires(@Nullable Underlay underlay, Reaper reaper) {
        this.underlay = underlay;
        this.reaper = reaper;
    }

    long[] fit(Wire.Remote wire) {
        try (var workload = Workload.open(wire.end());
                var node = Network.ofNode()) {
            var shelter = new Shelter(node, wire);
            var present = workload.collisions().own(wire.owner());
            if (present.isPresent() && !leadsTo(present.get(), wire.tunnel(), shelter)) {
                workload.layOff(present.get(), reaper);
                shelter.remove();
                reaper.settle();
                present = Optional.empty();
            }
            workload.collisions().refuse(present.map(Link::index).orElse(0));
            if (present.isPresent()) {
                workload.fitting().repair(present.get());
            } else {
                create(wire, workload, node, shelter);
            }
            return new long[] {workload.cookie()};
        }
    }

    private static boolean leadsTo(Link link, Wire.Tunnel tunnel, Shelter shelter) {
        var vxlan = link.vxlan() != null
                ? link.vxlan()
                : shelter.tunnelLink().map(Link::vxlan).orElse(null);
        return vxlan != null
                && vxlan.vni() == tunnel.vni()
                && vxlan.port() == tunnel.port()
                && tunnel.remote().equals(vxlan.remote());
    }

    private void create(Wire.Remote wire, Workload workload, Network node, Shelter shelter) {
        int link = add(wire, workload, node, shelter);
        try {
            workload.fitting().furnish(link, wire.owner());
        } catch (RuntimeException e) {
            workload.layOff(link, reaper);
            shelter.remove();
            throw e;
        }
    }

    private int add(Wire.Remote wire, Workload workload, Network node, Shelter shelter) {
        var settings = settings(wire.tunnel(), node);
        boolean sheltered = Shelter.isNeeded(wire.end().place());
        for (int tries = 1; ; tries++) {
            int index = KernelPlumbing.index();
            try {
                if (sheltered) {
                    return shelter.create(settings, workload, index);
                }
                var born = Fitting.born(wire.end(), index, workload.netns());
                node.change().addLink(new NewLink.Vxlan(born, settings)).commit();
                return index;
            } catch (KernelRefused e) {
                if (!KernelPlumbing.isIndexTaken(e, tries)) {
                    throw refused(e, wire.tunnel());
                }
            }
        }
    }

    private VxlanSettings settings(Wire.Tunnel tunnel, Network node) {
        var here = underlay;
        if (here == null) {
            throw new Refused(
                    Refused.Reason.UNSUPPORTED,
                    "mechanism VXLAN: this node has no underlay address (expected: --underlay DEVICE or NSM_TUNNEL_IP)");
        }
        int device = node.link(here.device())
                .map(Link::index)
                .orElseThrow(() -> new Refused(
                        Refused.Reason.UNAVAILABLE,
                        "underlay: no link %s on this node (expected: the link that carries %s)"
                                .formatted(here.device(), here.address().getHostAddress())));
        return VxlanSettings.between(here.address(), tunnel.remote(), tunnel.vni(), device, tunnel.port());
    }

    private static RuntimeException refused(KernelRefused e, Wire.Tunnel tunnel) {
        if (e.is(Errno.EEXIST) && e.text().contains("VNI")) {
            return new Plumbing.VniTaken(
                    "VNI %d on port %d is taken on this node".formatted(tunnel.vni(), tunnel.port()), e);
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

    void remove(Wire.Remote wire, long[] cookies) {
        Workload.layOff(wire.end(), cookies[0], wire.owner(), reaper);
        try (var node = Network.ofNode()) {
            var shelter = new Shelter(node, wire);
            if (shelter.tunnelLink().isPresent()) {
                shelter.remove();
            }
        }
    }
}
