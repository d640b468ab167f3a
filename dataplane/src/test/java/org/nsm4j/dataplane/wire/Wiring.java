package org.nsm4j.dataplane.wire;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;

/** Wires, ends and states as the tests of this package write them. */
final class Wiring {
    private Wiring() {}

    static Owner owner(String id) {
        return new Owner("node-a", new ConnectionId(id), 1);
    }

    static Place place(Netns netns) {
        return new Place(netns.path());
    }

    /** An end named nsm-1 with one address of each family that is given, and routes to the other side. */
    static End end(Netns netns, int mtu, List<String> own, List<String> other) {
        return named("nsm-1", place(netns), mtu, own, other);
    }

    static End named(String name, Place place, int mtu, List<String> own, List<String> other) {
        var addresses = own.stream().map(Cidr::parse).toList();
        var others = other.stream().map(Cidr::parse).toList();
        return new End(place, name, "", mtu, addresses, End.routes(addresses, others, List.of()), List.of(), false);
    }

    static Wire.Local local(String id, Netns client, Netns endpoint) {
        return local(id, end(client, 1400, List.of("10.1.0.1/32"), List.of("10.1.0.2/32")), endpoint);
    }

    static Wire.Local local(String id, End client, Netns endpoint) {
        return new Wire.Local(owner(id), client, end(endpoint, 1400, List.of("10.1.0.2/32"), List.of("10.1.0.1/32")));
    }

    static Wire.Remote remote(String id, End end, int vni, String peer) {
        return new Wire.Remote(owner(id), end, new Wire.Tunnel(vni, InetAddress.ofLiteral(peer), 4789));
    }

    /**
     * Sends one packet and waits for its answer: for several seconds, since a busy kernel tells late that a new link carries,
     * the first question for the neighbour is lost, and the next ones come a second apart.
     */
    static String ping(Netns from, String options) {
        return Namespaces.inside(from, "ping -n -c 1 -W 5 " + options);
    }

    /** Everything that ip shows of namespaces, so that before and after can be held against each other. */
    static String state(Netns... all) {
        var state = new ArrayList<String>();
        for (var netns : all) {
            for (var what : List.of(
                    "-d link show",
                    "addr show",
                    "route show table all",
                    "-6 route show table all",
                    "rule show",
                    "-6 rule show",
                    "neigh show nud all",
                    "-6 neigh show nud all")) {
                state.add(netns + " " + what + "\n" + settled(Namespaces.ip(netns, what)));
            }
        }
        return String.join("\n", state);
    }

    /**
     * Without what the kernel counts down by itself, what it learns of neighbours, and the state that it derives from the
     * flags (which stay) a moment after they changed.
     */
    private static String settled(String text) {
        return text.lines()
                .filter(line -> !line.contains("lladdr") || line.contains("PERMANENT"))
                .filter(line -> !line.contains("FAILED") && !line.contains("INCOMPLETE") && !line.contains("NOARP"))
                .map(line -> line.replaceAll(" expires [0-9]+sec", "")
                        .replace(" tentative", "")
                        .replaceAll(" state (UP|UNKNOWN) ", " "))
                .reduce("", (one, other) -> one + other + "\n");
    }

    /**
     * Joins two namespaces by an underlay of links named under, with addresses .1 and .2 (::1 and ::2); returns when both
     * carry packets.
     *
     * @param net as 192.168.77, or fd00:77: for IPv6
     */
    static void join(Netns one, Netns other, String net, int mtu) {
        boolean ipv6 = net.contains(":");
        Namespaces.ip(
                one,
                "link add under mtu " + mtu + " type veth peer name under mtu " + mtu + " netns "
                        + Namespaces.nameOf(other));
        int host = 1;
        for (var each : List.of(one, other)) {
            Namespaces.ip(each, "link set lo up");
            Namespaces.ip(
                    each,
                    "addr add " + net + (ipv6 ? ":" : ".") + host++ + (ipv6 ? "/64 nodad" : "/24") + " dev under");
            // no link-local address that would appear only while a test compares
            Namespaces.ip(each, "link set under addrgenmode none");
            Namespaces.ip(each, "link set under up");
        }
        for (var each : List.of(one, other)) {
            while (!Namespaces.ip(each, "-o link show under").contains("state UP")) {
                Thread.onSpinWait();
            }
        }
    }
}
