package org.nsm4j.dataplane.wire;

import java.util.function.Predicate;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.Network;

/**
 * Which link one end of a wire has become, so that exactly that one is taken away again: names and paths may lead elsewhere
 * by then.
 *
 * @param end as it was asked for
 * @param cookie of the namespace, unique since the machine was started
 * @param nsid the namespace's number at the node
 * @param index the link's
 * @param owner as the alias says
 * @param sheltered whether more of the wire is on the node ({@link Shelter})
 */
record Seat(End end, long cookie, int nsid, int index, Owner owner, boolean sheltered) {
    /**
     * Takes the link's packets, addresses and name at once, and leaves the slow deletion to the reaper. A namespace whose
     * path is gone, or leads to another by now, may live on all the same: it is reached by its number.
     */
    void layOff(Node node, Reaper reaper) {
        layOff(node, reaper, this::isOurs);
    }

    /** As {@link #layOff}, for a link that may have no alias yet. */
    void layOffUnnamed(Node node, Reaper reaper) {
        layOff(node, reaper, link -> link.group() == Fitting.GROUP);
    }

    private void layOff(Node node, Reaper reaper, Predicate<Link> isOurs) {
        layOffLink(node, reaper, isOurs);
        if (sheltered) {
            new Shelter(node, owner).layOff(reaper);
        }
    }

    private void layOffLink(Node node, Reaper reaper, Predicate<Link> isOurs) {
        try (var netns = end.place().open();
                var network = Network.open(netns)) {
            if (network.cookie() == cookie) {
                network.link(index).filter(isOurs).ifPresent(_ -> {
                    layOff(network, index, end);
                    reaper.reap(nsid);
                });
                return;
            }
        } catch (KernelRefused e) {
            if (!Node.isGone(e)) {
                throw e;
            }
        }
        boolean there = node.links(nsid).stream().anyMatch(link -> link.index() == index && isOurs.test(link));
        if (there) {
            try (var other = node.another()) {
                Node.deleteLink(other, nsid, index);
            }
        }
    }

    /** Whether another seat is the same link in the same namespace. */
    boolean isSameLink(Seat other) {
        return cookie == other.cookie && index == other.index;
    }

    private boolean isOurs(Link link) {
        return Owner.parse(link.alias()).filter(owner::sameConnection).isPresent();
    }

    /** What is not there any more needs no complaint: the kernel takes routes and some addresses along with a link's packets. */
    static void layOff(Network network, int index, End end) {
        var change = network.change();
        change.setLink(index, LinkSettings.unchanged().up(false));
        change.setLink(index, LinkSettings.named(InterfaceName.gone(index)).group(Reaper.GROUP));
        for (var address : Shape.addresses(end)) {
            change.deleteAddress(Shape.address(index, address));
        }
        change.attempt();
    }
}
