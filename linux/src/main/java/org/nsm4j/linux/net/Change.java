package org.nsm4j.linux.net;

import java.util.ArrayList;
import java.util.List;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.netlink.NetlinkSocket;
import org.nsm4j.linux.netlink.Outcome;
import org.nsm4j.linux.netlink.Request;

/**
 * Several changes to one namespace that go to the kernel together, in order, in as few system calls as fit. The kernel
 * knows no transaction here: what stands behind a refused change is done all the same, and undoing is the caller's.
 *
 * <pre>{@code
 * network.change()
 *         .setLink(7, LinkSettings.unchanged().up(true))
 *         .addAddress(Address.of(7, Prefix.parse("10.0.0.1/32")))
 *         .addRoute(Route.on(7, Prefix.parse("10.0.0.2/32")))
 *         .commit();
 * }</pre>
 */
public final class Change {
    private final NetlinkSocket socket;
    private final List<Request> requests = new ArrayList<>();

    Change(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** {@code ip link add …} */
    public Change addLink(NewLink link) {
        return add(LinkMessages.create(link));
    }

    /**
     * {@code ip link set dev LINK name … mtu … address … alias … group … up|down netns … master …}: only what is given.
     * An index within the settings has no meaning here.
     */
    public Change setLink(int index, LinkSettings settings) {
        return add(LinkMessages.set(index, settings));
    }

    /** {@code ip link del dev LINK}; both ends, if it is a veth. Takes 15–20 ms of the kernel's time. */
    public Change deleteLink(int index) {
        return add(LinkMessages.delete(index));
    }

    /** As {@link #deleteLink}, in the namespace with that nsid, without entering it. */
    public Change deleteLink(int nsid, int index) {
        return add(LinkMessages.deleteIn(nsid, index));
    }

    /** {@code ip link del group GROUP}: all links of that group in this namespace, for little more than the time of one. */
    public Change deleteLinksOfGroup(int group) {
        if (group == 0) {
            throw new IllegalArgumentException("group: 0 (expected: another, every link is in group 0 by default)");
        }
        return add(LinkMessages.deleteGroup(group));
    }

    /** As {@link #deleteLinksOfGroup(int)}, in the namespace with that nsid, without entering it; ENODEV where there is none. */
    public Change deleteLinksOfGroup(int nsid, int group) {
        if (group == 0) {
            throw new IllegalArgumentException("group: 0 (expected: another, every link is in group 0 by default)");
        }
        return add(LinkMessages.deleteGroupIn(nsid, group));
    }

    /** {@code ip addr add PREFIX dev LINK [nodad]}; EEXIST where it is there. */
    public Change addAddress(Address address) {
        return add(AddressMessages.add(address));
    }

    /** {@code ip addr del PREFIX dev LINK}; EADDRNOTAVAIL where it is not there. */
    public Change deleteAddress(Address address) {
        return add(AddressMessages.delete(address));
    }

    /** {@code ip route add …}; EEXIST where one with that destination, table and metric is there. */
    public Change addRoute(Route route) {
        return add(RouteMessages.add(route));
    }

    /** {@code ip route replace …} */
    public Change replaceRoute(Route route) {
        return add(RouteMessages.replace(route));
    }

    /** {@code ip route del …}; ESRCH where it is not there. */
    public Change deleteRoute(Route route) {
        return add(RouteMessages.delete(route));
    }

    /** {@code ip rule add …} */
    public Change addRule(Rule rule) {
        return add(RuleMessages.add(rule));
    }

    /** {@code ip rule del …}; ENOENT where it is not there. */
    public Change deleteRule(Rule rule) {
        return add(RuleMessages.delete(rule));
    }

    /** {@code ip neigh replace ADDRESS lladdr MAC dev LINK nud permanent} */
    public Change setNeighbour(Neighbour neighbour) {
        return add(NeighbourMessages.set(neighbour));
    }

    /** {@code ip neigh del ADDRESS dev LINK}; ENOENT where it is not there. */
    public Change deleteNeighbour(Neighbour neighbour) {
        return add(NeighbourMessages.delete(neighbour));
    }

    /** Whether there is nothing to do. */
    public boolean isEmpty() {
        return requests.isEmpty();
    }

    /**
     * Sends everything; this object is empty afterwards.
     *
     * @throws KernelRefused the first refusal, with further ones suppressed in it
     */
    public void commit() {
        Outcome.requireAll(attempt());
    }

    /**
     * Sends everything and says what became of each, in order; this object is empty afterwards.
     *
     * @throws KernelRefused only where the socket itself fails, so that it is unknown what was done
     */
    public List<Outcome> attempt() {
        List<Request> all = List.copyOf(requests);
        requests.clear();
        return socket.exchange(all);
    }

    private Change add(Request request) {
        requests.add(request);
        return this;
    }
}
