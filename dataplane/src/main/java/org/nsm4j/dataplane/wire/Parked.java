package org.nsm4j.dataplane.wire;

import java.util.List;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.Prefix;

/**
 * An interface that has made room for its successor, and comes back if that is given up.
 *
 * @param seat which it is
 * @param name that it had
 * @param shape that it had
 */
record Parked(Seat seat, String name, Shape shape) {
    /** Takes the name, the packets and the addresses of an interface, and remembers them. */
    static Parked park(Workload workload, Node node, Link link, Owner owner, boolean sheltered) {
        int index = link.index();
        var shape = Shape.found(link, workload, true);
        var parked = new Parked(workload.seat(node, index, owner, sheltered), link.name(), shape);
        var change = workload.network().change();
        change.setLink(index, LinkSettings.unchanged().up(false));
        change.setLink(index, LinkSettings.named(InterfaceName.parked(index)));
        shape.addresses().stream()
                .filter(Prefix::isIpv4)
                .forEach(each -> change.deleteAddress(Shape.address(index, each)));
        try {
            change.commit();
        } catch (KernelRefused e) {
            parked.restore();
            throw e;
        }
        return parked;
    }

    /** Brings it back, unless its own wire was closed meanwhile. */
    void restore() {
        try (var netns = seat.end().place().open();
                var network = Network.open(netns)) {
            int index = seat.index();
            var link = network.link(index).filter(each -> each.group() == Fitting.GROUP);
            if (network.cookie() != seat.cookie() || link.isEmpty()) {
                return;
            }
            var stripped = new Shape(shape.mtu(), shape.mac(), List.of(), List.of(), List.of());
            var change = network.change();
            change.setLink(index, LinkSettings.named(name));
            change.setLink(index, LinkSettings.unchanged().up(true));
            Shape.bring(change, index, stripped, shape);
            change.attempt();
        } catch (KernelRefused e) {
            if (!Node.isGone(e)) {
                throw e;
            }
        }
    }
}
