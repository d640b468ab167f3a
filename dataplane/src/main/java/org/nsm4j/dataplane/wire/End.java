package org.nsm4j.dataplane.wire;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.linux.net.Address;
import org.nsm4j.linux.net.Route;

/**
 * One end of a wire: an interface in a workload's network namespace, and all that it shall have.
 *
 * @param place where the namespace is
 * @param name the interface's name there, 1–15 bytes
 * @param mac six octets with colons; empty lets the kernel choose
 * @param mtu in bytes; 0 leaves the kernel's default
 * @param addresses of the interface
 * @param routes through it, in the order in which the kernel accepts them
 * @param neighbors permanent
 * @param sharesAddresses whether other wires may have the same addresses in that namespace, as those of an endpoint that
 *     answers all its clients at one address
 */
public record End(
        Place place,
        String name,
        String mac,
        int mtu,
        List<Cidr> addresses,
        List<Hopped> routes,
        List<Context.Neighbor> neighbors,
        boolean sharesAddresses) {

    /**
     * A route whose next hop is decided.
     *
     * @param prefix the destination, host bits cleared
     * @param gateway null for a route on the link itself
     */
    public record Hopped(Cidr prefix, @Nullable InetAddress gateway) {}

    public End {
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
        neighbors = List.copyOf(neighbors);
    }

    /** Whether the interface shall have an address. */
    public boolean wants(Address address) {
        return Shape.addresses(this).contains(address.prefix());
    }

    /** Whether the interface shall have a route. */
    public boolean wants(Route route) {
        return routes.stream().map(each -> Shape.route(route.link(), each)).anyMatch(each -> each.satisfiedBy(route));
    }

    /** The same end, its namespace found as one of these finds it, if one is at the same place. */
    End reachedAs(List<End> others) {
        return others.stream()
                .filter(each -> each.place.equals(place))
                .findFirst()
                .map(each -> new End(each.place, name, mac, mtu, addresses, routes, neighbors, sharesAddresses))
                .orElse(this);
    }

    /** The client's end, as a connection's context describes it. */
    public static End ofClient(Place place, String name, Context context) {
        var ip = context.ip();
        return new End(
                place,
                name,
                context.ethernet().srcMac(),
                context.mtu(),
                ip.srcAddresses(),
                routes(ip.srcAddresses(), ip.dstAddresses(), ip.srcRoutes()),
                neighbors(ip, ip.srcAddresses()),
                false);
    }

    /** An end knows its neighbours; it is none of them itself. */
    private static List<Context.Neighbor> neighbors(Context.Ip ip, List<Cidr> own) {
        return ip.neighbors().stream()
                .filter(each ->
                        own.stream().noneMatch(address -> address.address().equals(each.ip())))
                .toList();
    }

    /** As much of it as a KERNEL mechanism wants configured ({@link Mechanism#CONFIGURED}). */
    public End configuredFor(Mechanism.Kernel mechanism) {
        return switch (mechanism.parameter(Mechanism.CONFIGURED).orElse("")) {
            case Mechanism.ROUTES_ALONE ->
                new End(place, name, mac, mtu, List.of(), routes, neighbors, sharesAddresses);
            case Mechanism.NOTHING -> new End(place, name, mac, mtu, List.of(), List.of(), neighbors, sharesAddresses);
            default -> this;
        };
    }

    /** The endpoint's end, as a connection's context describes it: the mirror image. */
    public static End ofEndpoint(Place place, String name, Context context) {
        var ip = context.ip();
        return new End(
                place,
                name,
                context.ethernet().dstMac(),
                context.mtu(),
                ip.dstAddresses(),
                routes(ip.dstAddresses(), ip.srcAddresses(), ip.dstRoutes()),
                neighbors(ip, ip.dstAddresses()),
                true);
    }

    /**
     * The routes of one side (behaviour RT-1, RT-2): first the other side's addresses on the link, where no prefix of
     * our own covers them; then the routes asked for, by the next hop that is named, else by the other side's first
     * address of the family, else, where that leads to the other side itself, on the link.
     */
    static List<Hopped> routes(List<Cidr> own, List<Cidr> other, List<Context.Route> asked) {
        var routes = new ArrayList<Hopped>();
        for (var each : other) {
            if (own.stream().noneMatch(prefix -> prefix.contains(each.address()))) {
                routes.add(new Hopped(Cidr.host(each.address()), null));
            }
        }
        for (var each : asked) {
            var hopped = new Hopped(each.prefix().network(), gateway(each, other));
            boolean covered = routes.stream().anyMatch(route -> route.prefix().equals(hopped.prefix()));
            if (!covered) {
                routes.add(hopped);
            }
        }
        return routes;
    }

    private static @Nullable InetAddress gateway(Context.Route route, List<Cidr> other) {
        if (route.nextHop() != null) {
            return route.nextHop();
        }
        var prefix = route.prefix();
        if (other.stream().anyMatch(each -> each.contains(prefix.address()))) {
            return null;
        }
        return Context.Ip.first(other, prefix.isIpv4()).orElse(null);
    }
}
