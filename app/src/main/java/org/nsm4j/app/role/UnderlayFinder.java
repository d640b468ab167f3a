package org.nsm4j.app.role;

import java.net.InetAddress;
import java.util.Optional;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Refused;
import org.nsm4j.dataplane.wire.Underlay;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.net.Scope;

/** Finds the link that leads to other nodes. */
final class UnderlayFinder {
    private UnderlayFinder() {}

    /**
     * The underlay: the named link, or the one that has the address, or that of the default route; empty where this host
     * has none of them, and so no other nodes.
     *
     * @param device the link's name; empty where none was named
     * @param address the tunnel address, where one was named
     * @param port the UDP port of vxlan
     */
    static Optional<Underlay> find(String device, Optional<InetAddress> address, int port) {
        try (var network = Network.ofNode()) {
            if (!device.isEmpty()) {
                var link = network.link(device)
                        .orElseThrow(() -> new Refused(
                                Refused.Reason.NOT_FOUND,
                                "underlay: no link %s on this host (expected: a link as \"ip link\" shows it)"
                                        .formatted(device)));
                return Optional.of(of(network, link, address, port));
            }
            var link = address.isPresent() ? linkOf(network, address.get()) : defaultLink(network);
            return link.map(each -> of(network, each, address, port));
        }
    }

    /**
     * The underlay of an address, or of the first address of this host that lies in a prefix.
     *
     * @param place an address, which is a prefix of full length, or a prefix; empty for the link of the default route
     * @param port the UDP port of vxlan
     */
    static Optional<Underlay> findIn(Optional<Cidr> place, int port) {
        if (place.isEmpty() || place.get().isHost()) {
            return find("", place.map(Cidr::address), port);
        }
        try (var network = Network.ofNode()) {
            var own = network.addresses().stream()
                    .map(each -> each.prefix().address())
                    .filter(place.get()::contains)
                    .findFirst()
                    .orElseThrow(() -> new Refused(
                            Refused.Reason.NOT_FOUND,
                            "tunnel address: no address of this host lies in %s (expected: one that does)"
                                    .formatted(place.get())));
            return find("", Optional.of(own), port);
        }
    }

    private static Optional<Link> linkOf(Network network, InetAddress address) {
        return Optional.of(network.addresses().stream()
                .filter(each -> each.prefix().address().equals(address))
                .findFirst()
                .flatMap(each -> network.link(each.link()))
                .orElseThrow(() -> new Refused(
                        Refused.Reason.NOT_FOUND,
                        "tunnel address: %s is on no link of this host (expected: an address of it)"
                                .formatted(address.getHostAddress()))));
    }

    private static Optional<Link> defaultLink(Network network) {
        return network.routes().stream()
                .filter(route -> route.link() > 0
                        && (route.destination().equals(Prefix.everyIpv4())
                                || route.destination().equals(Prefix.everyIpv6())))
                .findFirst()
                .flatMap(route -> network.link(route.link()));
    }

    private static Underlay of(Network network, Link link, Optional<InetAddress> address, int port) {
        var own = address.orElseGet(() -> network.addresses().stream()
                .filter(each -> each.link() == link.index() && each.scope() == Scope.GLOBAL)
                .map(each -> each.prefix().address())
                .findFirst()
                .orElseThrow(() -> new Refused(
                        Refused.Reason.NOT_FOUND,
                        "underlay: link %s has no address (expected: one that other nodes reach)"
                                .formatted(link.name()))));
        return new Underlay(link.name(), own, link.mtu(), port);
    }
}
