package org.nsm4j.dataplane.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.net.Address;
import org.nsm4j.linux.net.Neighbour;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.Route;
import org.nsm4j.linux.netns.OpenNetns;

/** A workload's namespace, held open for one piece of work and no longer; what is listed is listed once. */
final class Workload implements AutoCloseable {
    private final OpenNetns netns;
    private final Network network;
    private final End end;
    private final long cookie;
    private @Nullable List<Address> addresses;
    private @Nullable List<Route> routes;

    private Workload(OpenNetns netns, Network network, End end) {
        this.netns = netns;
        this.network = network;
        this.end = end;
        this.cookie = network.cookie();
    }

    static Workload open(End end) {
        var netns = end.place().open();
        try {
            return new Workload(netns, Network.open(netns), end);
        } catch (RuntimeException e) {
            netns.close();
            throw e;
        }
    }

    OpenNetns netns() {
        return netns;
    }

    Network network() {
        return network;
    }

    boolean isIn(Workload other) {
        return cookie == other.cookie;
    }

    End end() {
        return end;
    }

    Seat seat(Node node, int index, Owner owner, boolean sheltered) {
        return new Seat(end, cookie, node.number(netns, cookie), index, owner, sheltered);
    }

    /** As they were before this piece of work. */
    List<Address> addresses() {
        var known = addresses;
        if (known == null) {
            known = network.addresses();
            addresses = known;
        }
        return known;
    }

    /** As they were before this piece of work. */
    List<Route> routes() {
        var known = routes;
        if (known == null) {
            known = network.routes();
            routes = known;
        }
        return known;
    }

    List<Neighbour> neighbours(int index) {
        return network.neighbours().stream()
                .filter(each -> each.link() == index && each.permanent())
                .toList();
    }

    @Override
    public void close() {
        network.close();
        netns.close();
    }
}
