package org.nsm4j.linux.net;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.netlink.NetlinkSocket;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.OpenNetns;

/**
 * The network configuration of one namespace, through one netlink socket in it.
 *
 * <p>The socket keeps the namespace alive, with all links in it, even when its workload is long dead: open a workload's for
 * one piece of work (about 13 µs) and close it; only the node's own may stay open.
 *
 * <pre>{@code
 * try (Network network = Network.open(Netns.named("blue"))) {
 *     Link link = network.link("eth0").orElseThrow();
 *     network.change().addAddress(Address.of(link.index(), Prefix.parse("10.0.0.1/24"))).commit();
 * }
 * }</pre>
 */
public final class Network implements AutoCloseable {
    private static final int LOCAL_TABLE = 255;
    private final NetlinkSocket socket;

    private Network(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Opens the configuration of the namespace that is found there now. */
    public static Network open(Netns netns) {
        try (OpenNetns open = netns.open()) {
            return open(open);
        }
    }

    /** Opens the configuration of that namespace. */
    public static Network open(OpenNetns netns) {
        return new Network(netns.inside(() -> NetlinkSocket.open(NetlinkSocket.ROUTE, netns.where())));
    }

    /** Opens the configuration of the node's own namespace. */
    public static Network ofNode() {
        return open(Netns.node());
    }

    /** How the namespace was found, for error texts. */
    public String where() {
        return socket.where();
    }

    /** The number that no other namespace has had since the machine was started. */
    public long cookie() {
        return OpenNetns.cookieOf(socket.number(), socket.where());
    }

    /** Begins a change; nothing happens before its {@link Change#commit}. */
    public Change change() {
        return new Change(socket);
    }

    /** {@code ip link show} */
    public List<Link> links() {
        return socket.dump(LinkMessages.all(), LinkMessages::parse);
    }

    /** The links of another namespace, without entering it: {@code ip link show} by {@code IFLA_TARGET_NETNSID}. */
    public List<Link> linksOf(int nsid) {
        return socket.dump(LinkMessages.allIn(nsid), LinkMessages::parse);
    }

    /** {@code ip link show dev NAME} */
    public Optional<Link> link(String name) {
        return socket.query(LinkMessages.find(name), LinkMessages::parse, Errno.ENODEV);
    }

    /** {@code ip link show}, by index. */
    public Optional<Link> link(int index) {
        return socket.query(LinkMessages.find(index), LinkMessages::parse, Errno.ENODEV);
    }

    /** {@code ip addr show} */
    public List<Address> addresses() {
        return socket.dump(AddressMessages.all(), AddressMessages::parse);
    }

    /** The addresses of another namespace, without entering it, by {@code IFA_TARGET_NETNSID}. */
    public List<Address> addressesOf(int nsid) {
        return socket.dump(AddressMessages.allIn(nsid), AddressMessages::parse);
    }

    /**
     * {@code ip route show table all}, less the kernel's own table local. A route with several next hops comes without a
     * link and gateway.
     */
    public List<Route> routes() {
        return socket.dump(RouteMessages.all(), message -> {
            Route route = RouteMessages.parse(message);
            return route == null || route.choice().table() == LOCAL_TABLE ? null : route;
        });
    }

    /** {@code ip rule show} and {@code ip -6 rule show}, as far as {@link Rule} can say them. */
    public List<Rule> rules() {
        return socket.dump(RuleMessages.all(), RuleMessages::parse);
    }

    /** {@code ip neigh show nud all} */
    public List<Neighbour> neighbours() {
        return socket.dump(NeighbourMessages.all(), NeighbourMessages::parse);
    }

    /**
     * Gives another namespace a number here, unless it has one: {@code ip netns set NAME auto}. The number outlives this
     * process, does not keep the namespace alive, and goes with it.
     */
    public int assignNsid(OpenNetns other) {
        OptionalInt present = nsid(other);
        if (present.isPresent()) {
            return present.getAsInt();
        }
        KernelRefused refusal =
                socket.exchange(List.of(NsidMessages.assign(other))).getFirst().refusal();
        // Somebody else may have been faster; then the number is there just as well.
        if (refusal != null && !refusal.is(Errno.EEXIST)) {
            throw refusal;
        }
        return nsid(other).orElseThrow(() -> new KernelRefused("find the new nsid of netns " + other, Errno.ENOENT));
    }

    /** The number that another namespace has here: {@code ip netns list-id}. */
    public OptionalInt nsid(OpenNetns other) {
        return socket.query(NsidMessages.find(other), NsidMessages::parse)
                .map(OptionalInt::of)
                .orElseGet(OptionalInt::empty);
    }

    /** Every number that a namespace has here: {@code ip netns list-id}. */
    public List<Integer> nsids() {
        return socket.dump(NsidMessages.all(), NsidMessages::parse);
    }

    @Override
    public void close() {
        socket.close();
    }

    @Override
    public String toString() {
        return "network of " + where();
    }
}
