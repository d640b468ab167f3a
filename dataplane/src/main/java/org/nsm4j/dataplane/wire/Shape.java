package org.nsm4j.dataplane.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.net.Address;
import org.nsm4j.linux.net.Change;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.Mac;
import org.nsm4j.linux.net.Neighbour;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.net.Route;
import org.nsm4j.linux.net.Scope;

/**
 * All that one interface has of ours, wanted or found; one can be brought to the other, and back.
 *
 * @param mtu in bytes; 0 leaves it as it is
 * @param mac null leaves it as it is
 * @param addresses of global scope
 * @param routes that an administrator set, as opposed to the kernel
 * @param neighbours permanent
 */
record Shape(int mtu, @Nullable Mac mac, List<Prefix> addresses, List<Route> routes, List<Neighbour> neighbours) {
    /** What an end is to be like as the link of an index. */
    static Shape of(End end, int index) {
        var neighbours = new ArrayList<Neighbour>();
        for (var neighbor : end.neighbors()) {
            neighbours.add(Neighbour.permanent(index, neighbor.ip(), mac(neighbor.mac())));
        }
        var routes = end.routes().stream().map(route -> route(index, route)).toList();
        return new Shape(
                end.mtu(),
                end.mac().isEmpty() ? null : mac(end.mac()),
                addresses(end),
                routes,
                List.copyOf(neighbours));
    }

    /** What a link is like. */
    static Shape found(Link link, Workload workload, boolean neighbours) {
        int index = link.index();
        return new Shape(
                link.mtu(),
                link.mac(),
                workload.addresses().stream()
                        .filter(each -> each.link() == index && each.scope() == Scope.GLOBAL)
                        .map(Address::prefix)
                        .toList(),
                workload.routes().stream()
                        .filter(each -> each.link() == index && each.choice().protocol() == Route.Choice.STATIC)
                        .toList(),
                neighbours ? workload.neighbours(index) : List.of());
    }

    /** Adds what leads from one shape to another; nothing where they are equal. */
    static void bring(Change change, int index, Shape from, Shape to) {
        var settings = LinkSettings.unchanged();
        if (to.mtu > 0 && to.mtu != from.mtu) {
            settings = settings.mtu(to.mtu);
        }
        if (to.mac != null && !to.mac.equals(from.mac)) {
            settings = settings.mac(to.mac);
        }
        if (!settings.equals(LinkSettings.unchanged())) {
            change.setLink(index, settings);
        }
        // the new before the old, so that the last address does not go and take the link's routes along
        difference(to.addresses, from.addresses).forEach(each -> change.addAddress(address(index, each)));
        difference(from.addresses, to.addresses).forEach(each -> change.deleteAddress(address(index, each)));
        for (var present : from.routes) {
            boolean superseded = to.routes.stream().anyMatch(wanted -> sameDestination(wanted, present));
            if (!superseded) {
                change.deleteRoute(present);
            }
        }
        for (var wanted : to.routes) {
            if (from.routes.stream().noneMatch(wanted::satisfiedBy)) {
                change.replaceRoute(wanted);
            }
        }
        difference(from.neighbours, to.neighbours).forEach(change::deleteNeighbour);
        difference(to.neighbours, from.neighbours).forEach(change::setNeighbour);
    }

    /** Whether replacing the present route by the wanted one leaves nothing of it. */
    private static boolean sameDestination(Route wanted, Route present) {
        return wanted.satisfiedBy(present)
                || (wanted.destination().isIpv4()
                        && wanted.destination().network().equals(present.destination())
                        && wanted.choice().table() == present.choice().table()
                        && wanted.choice().metric() == present.choice().metric());
    }

    private static <T> List<T> difference(List<T> of, List<T> without) {
        return of.stream().filter(each -> !without.contains(each)).toList();
    }

    static List<Prefix> addresses(End end) {
        return end.addresses().stream().map(Shape::prefix).distinct().toList();
    }

    static Address address(int index, Prefix prefix) {
        return Address.of(index, prefix);
    }

    static Prefix prefix(Cidr cidr) {
        return new Prefix(cidr.address(), cidr.length());
    }

    static Route route(int link, End.Hopped route) {
        var prefix = prefix(route.prefix()).network();
        return route.gateway() == null
                ? Route.on(link, prefix)
                : Route.via(Objects.requireNonNull(route.gateway()), link, prefix)
                        .onlink();
    }

    static Mac mac(String text) {
        try {
            return Mac.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Refused(Refused.Reason.INVALID, String.valueOf(e.getMessage()), e);
        }
    }
}
