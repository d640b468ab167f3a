package org.nsm4j.dataplane.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.NewLink;
import org.nsm4j.linux.net.VxlanSettings;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.Sysctl;
import org.nsm4j.linux.process.PidFd;

/**
 * Keeps a tunnel on the node, and leads a veth pair into the workload: for a workload that may administer networks itself,
 * and could point a vxlan link of its own at anybody.
 */
final class Shelter {
    private static final Pattern OF_PROCESS = Pattern.compile("/proc/([0-9]+)/.*");

    private final Network node;
    private final Wire.Remote wire;

    Shelter(Network node, Wire.Remote wire) {
        this.node = node;
        this.wire = wire;
    }

    /** Whether the workload at a place has CAP_NET_ADMIN; where no process is named, the operator answers for it. */
    static boolean isNeeded(Place place) {
        var process = OF_PROCESS.matcher(place.path());
        if (!process.matches()) {
            return false;
        }
        try (var pidFd = PidFd.open(Long.parseLong(process.group(1)))) {
            return pidFd.facts().canAdministerNetwork();
        } catch (KernelRefused e) {
            if (e.is(Errno.ESRCH, Errno.ENOENT)) {
                return false;
            }
            throw e;
        }
    }

    private static String name(String kind, ConnectionId id) {
        return InterfaceName.derived(kind, id);
    }

    private String bridge() {
        return name("nsmb", wire.owner().connection());
    }

    private String tunnel() {
        return name("nsmx", wire.owner().connection());
    }

    private String port() {
        return name("nsmp", wire.owner().connection());
    }

    /** The node's links of a former attempt; all three, or it is as if there were none. */
    Optional<Link> tunnelLink() {
        var links = links();
        return links.size() == 3
                ? links.stream().filter(link -> link.vxlan() != null).findFirst()
                : Optional.empty();
    }

    private List<Link> links() {
        var links = new ArrayList<Link>();
        for (var name : List.of(bridge(), tunnel(), port())) {
            node.link(name).ifPresent(links::add);
        }
        return links;
    }

    /** Makes tunnel, bridge and veth; returns the index of the workload's end. */
    int create(VxlanSettings settings, Workload workload, int index) {
        int mtu = wire.end().mtu();
        try {
            node.change()
                    .addLink(NewLink.bridge(own(LinkSettings.named(bridge())).mtu(mtu)))
                    .commit();
            silence(bridge());
            int bridge = index(bridge());
            node.change()
                    .addLink(new NewLink.Vxlan(own(LinkSettings.named(tunnel())).mtu(mtu), settings))
                    .addLink(new NewLink.Veth(
                            Fitting.born(wire.end(), index, workload.netns()),
                            own(LinkSettings.named(port())).mtu(mtu)))
                    .commit();
            var up = node.change().setLink(bridge, alias().up(true));
            for (var name : List.of(tunnel(), port())) {
                up.setLink(index(name), alias().master(bridge).up(true));
            }
            up.commit();
            return index;
        } catch (KernelRefused e) {
            remove();
            throw e;
        }
    }

    private static LinkSettings own(LinkSettings settings) {
        return settings.group(Fitting.GROUP);
    }

    private LinkSettings alias() {
        return LinkSettings.unchanged().alias(wire.owner().alias());
    }

    private int index(String name) {
        return node.link(name)
                .orElseThrow(() -> new KernelRefused("find link " + name + " on the node", Errno.ENODEV))
                .index();
    }

    /** The bridge carries frames, and takes no part itself. */
    private static void silence(String bridge) {
        try (var netns = Netns.node().open()) {
            Sysctl.write(netns, "net/ipv6/conf/" + bridge + "/disable_ipv6", "1");
        } catch (KernelRefused e) {
            if (!e.is(Errno.ENOENT, Errno.EROFS)) {
                throw e;
            }
        }
    }

    /** Deletes what is on the node. */
    void remove() {
        var change = node.change();
        links().forEach(link -> change.deleteLink(link.index()));
        change.attempt();
    }
}
