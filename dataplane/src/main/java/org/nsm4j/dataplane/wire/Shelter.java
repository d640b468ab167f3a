package org.nsm4j.dataplane.wire;

import java.util.List;
import java.util.Optional;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.NewLink;
import org.nsm4j.linux.net.VxlanSettings;
import org.nsm4j.linux.process.Inhabitants;
import org.nsm4j.linux.process.PidFd;

/**
 * Keeps a tunnel on the node, and leads a veth pair into the workload: for a workload that may administer networks itself,
 * and could point a vxlan link of its own at anybody.
 */
final class Shelter {
    private final Node node;
    private final Owner owner;
    private final String bridge;
    private final String tunnel;
    private final String port;

    Shelter(Node node, Owner owner) {
        this.node = node;
        this.owner = owner;
        var from = owner.connection() + "/" + owner.generation();
        this.bridge = InterfaceName.derived("nsmb", from);
        this.tunnel = InterfaceName.derived("nsmx", from);
        this.port = InterfaceName.derived("nsmp", from);
    }

    /**
     * Whether the workload at a place has CAP_NET_ADMIN. Of a descriptor, all who live behind it are asked; where this node
     * cannot see them all, that is taken for a yes. For a namespace with a name, the operator who named it answers.
     */
    static boolean isNeeded(Place place) {
        var process = place.process();
        if (process.isPresent()) {
            return canRetarget(process.getAsLong());
        }
        if (!place.isDescriptor()) {
            return false;
        }
        try (var netns = place.open()) {
            return Inhabitants.of(netns)
                    .map(all -> all.stream().anyMatch(Shelter::canRetarget))
                    .orElse(true);
        }
    }

    private static boolean canRetarget(long process) {
        try (var pidFd = PidFd.open(process)) {
            return pidFd.facts().canAdministerNetwork();
        } catch (KernelRefused e) {
            if (e.is(Errno.ESRCH, Errno.ENOENT)) {
                return false;
            }
            throw e;
        }
    }

    /** The tunnel of a former attempt, where all of the shelter is still there. */
    Optional<Link> tunnelLink() {
        var master = node.network().link(bridge);
        var inside = node.network().link(port);
        var outside = node.network().link(tunnel);
        boolean whole = master.isPresent()
                && inside.isPresent()
                && outside.isPresent()
                && isPort(inside.get(), master.get())
                && isPort(outside.get(), master.get())
                && master.get().up();
        return whole ? outside : Optional.empty();
    }

    private static boolean isPort(Link link, Link bridge) {
        return link.up()
                && Integer.valueOf(bridge.index()).equals(link.settings().master());
    }

    /** Makes tunnel, bridge and veth, whose workload's end is born as said; deletes them again where that fails. */
    void create(VxlanSettings settings, LinkSettings workloadEnd, int mtu) {
        int bridgeIndex = KernelPlumbing.index();
        int tunnelIndex = KernelPlumbing.index();
        int portIndex = KernelPlumbing.index();
        try {
            node.network()
                    .change()
                    .addLink(NewLink.bridge(own(bridge, bridgeIndex, mtu)))
                    .commit();
            node.withoutIpv6(bridge); // it carries frames, and takes no part itself
            node.network()
                    .change()
                    .addLink(new NewLink.Vxlan(own(tunnel, tunnelIndex, mtu), settings))
                    .commit();
            node.network()
                    .change()
                    .addLink(new NewLink.Veth(workloadEnd, own(port, portIndex, mtu)))
                    .commit();
            var alias = LinkSettings.unchanged().alias(owner.alias());
            node.network()
                    .change()
                    .setLink(bridgeIndex, alias.up(true))
                    .setLink(tunnelIndex, alias.master(bridgeIndex).up(true))
                    .setLink(portIndex, alias.master(bridgeIndex).up(true))
                    .commit();
        } catch (KernelRefused e) {
            deleteAtOnce(List.of(portIndex, tunnelIndex, bridgeIndex));
            throw e;
        }
    }

    /** Only what this attempt made: the indices are our own choice, names may be an earlier attempt's. */
    private void deleteAtOnce(List<Integer> indices) {
        try (var other = node.another()) {
            indices.forEach(index -> Node.deleteLink(other, Node.SELF, index));
        }
    }

    private static LinkSettings own(String name, int index, int mtu) {
        var settings = LinkSettings.named(name).index(index).group(Fitting.GROUP);
        return mtu > 0 ? settings.mtu(mtu) : settings;
    }

    /** Switches everything off, frees the names, and leaves the deletion to the reaper. */
    void layOff(Reaper reaper) {
        var change = node.network().change();
        for (var name : List.of(tunnel, port, bridge)) {
            node.network()
                    .link(name)
                    .filter(link -> link.group() == Fitting.GROUP)
                    .ifPresent(link -> {
                        change.setLink(link.index(), LinkSettings.unchanged().up(false));
                        change.setLink(
                                link.index(),
                                LinkSettings.named(InterfaceName.gone(link.index()))
                                        .group(Reaper.GROUP));
                    });
        }
        if (!change.isEmpty()) {
            change.attempt();
            reaper.reap(Node.SELF);
        }
    }
}
