package org.nsm4j.dataplane.wire;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.nsm4j.linux.net.Link;

/**
 * Every link of ours that leads from this node anywhere, as the kernel has it: read by the numbers of namespaces, without
 * entering one. For a restart, which adopts or removes what its predecessor left, and for the auditor.
 */
public final class Inventory {
    private final Node node;

    /** Of a node. */
    public Inventory(Node node) {
        this.node = node;
    }

    /** What a link is for. */
    public enum State {
        /** Part of a wire. */
        STANDS,
        /** Born, but its process ended before it wrote whose it is. */
        UNFINISHED,
        /** Made room for a successor, and was neither brought back nor closed. */
        PARKED,
        /** Waits to be deleted. */
        LAID_OFF
    }

    /**
     * A link of ours.
     *
     * @param nsid the number of its namespace at this node; -1 for the node's own
     * @param link as the kernel shows it
     * @param state what it is for
     * @param owner whose it is; empty where no alias says so. A long or odd name comes as its digest
     */
    public record OwnedLink(int nsid, Link link, State state, Optional<Owner> owner) {
        /** Whether it is in the node's own namespace. */
        public boolean isOnNode() {
            return nsid == Node.SELF;
        }
    }

    /** All of them, the node's own first. Takes one list of links for each namespace that has a number. */
    public List<OwnedLink> links() {
        var namespaces = new ArrayList<Integer>();
        namespaces.add(Node.SELF);
        namespaces.addAll(node.network().nsids());
        var owned = new ArrayList<OwnedLink>();
        for (int nsid : namespaces) {
            for (var link : node.links(nsid)) {
                if (link.group() == Fitting.GROUP || link.group() == Reaper.GROUP) {
                    owned.add(new OwnedLink(nsid, link, state(link), Owner.parse(link.alias())));
                }
            }
        }
        return owned;
    }

    private static State state(Link link) {
        if (link.group() == Reaper.GROUP) {
            return State.LAID_OFF;
        }
        if (Owner.parse(link.alias()).isEmpty()) {
            return State.UNFINISHED;
        }
        return link.name().equals(InterfaceName.parked(link.index())) ? State.PARKED : State.STANDS;
    }

    /** The other nodes that standing tunnels lead to: what the vxlan port must stay open for. */
    public Set<InetAddress> peers() {
        return links().stream()
                .filter(each -> each.state() == State.STANDS && each.link().vxlan() != null)
                .flatMap(each -> Optional.ofNullable(each.link().vxlan().remote()).stream())
                .collect(Collectors.toSet());
    }

    /**
     * Hands what waited to be deleted to a reaper.
     *
     * @return how many links
     */
    public int reap(Reaper reaper) {
        var laidOff =
                links().stream().filter(each -> each.state() == State.LAID_OFF).toList();
        laidOff.forEach(each -> reaper.reap(each.nsid()));
        return laidOff.size();
    }

    /** Deletes one link, if it is still there and still the same; takes about 20 ms. */
    public void delete(OwnedLink owned) {
        boolean same = node.links(owned.nsid()).stream()
                .anyMatch(each -> each.index() == owned.link().index()
                        && each.group() == owned.link().group()
                        && each.alias().equals(owned.link().alias()));
        if (same) {
            try (var network = node.another()) {
                Node.deleteLink(network, owned.nsid(), owned.link().index());
            }
        }
    }
}
