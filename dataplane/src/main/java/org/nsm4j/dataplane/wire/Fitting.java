package org.nsm4j.dataplane.wire;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Address;
import org.nsm4j.linux.net.Change;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.Mac;
import org.nsm4j.linux.net.Neighbour;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.net.Route;
import org.nsm4j.linux.net.Scope;
import org.nsm4j.linux.netns.OpenNetns;
import org.nsm4j.linux.netns.Sysctl;

/** Brings one interface to what its {@link End} says; what is equal already is not written. */
final class Fitting {
    /** The group of every link of ours that is in use: "nsm" and a 1. */
    static final int GROUP = 0x6e736d01;

    private final OpenNetns netns;
    private final Network network;
    private final End end;

    Fitting(OpenNetns netns, Network network, End end) {
        this.netns = netns;
        this.network = network;
        this.end = end;
    }

    /**
     * Configures a link that was just made: everything is missing, nothing is read. The alias comes here, since the
     * kernel ignores one at birth; until then the group says whose the link is.
     */
    void furnish(int index, Owner owner) {
        write(() -> {
            var change = network.change();
            change.setLink(index, LinkSettings.unchanged().alias(owner.alias()).up(true));
            for (var address : end.addresses()) {
                change.addAddress(Address.of(index, prefix(address)));
            }
            for (var route : end.routes()) {
                change.addRoute(route(index, route));
            }
            for (var neighbor : end.neighbors()) {
                change.setNeighbour(Neighbour.permanent(index, neighbor.ip(), mac(neighbor.mac())));
            }
            return change;
        });
    }

    /** Repairs a link that was there before. */
    void repair(Link link) {
        write(() -> {
            var change = network.change();
            settings(link, change);
            addresses(link, change);
            routes(link, change);
            neighbors(link, change);
            return change;
        });
    }

    /** Sends a change; where the workload has IPv6 switched off, switches it on for this interface and asks again. */
    private void write(java.util.function.Supplier<Change> change) {
        try {
            change.get().commit();
        } catch (KernelRefused e) {
            if (!e.is(Errno.EACCES, Errno.EPERM) || end.addresses().stream().allMatch(Cidr::isIpv4)) {
                throw e;
            }
            enableIpv6(e);
            change.get().attempt().stream()
                    .filter(outcome ->
                            outcome.refusal() != null && !outcome.refusal().is(Errno.EEXIST))
                    .findFirst()
                    .ifPresent(outcome -> {
                        throw java.util.Objects.requireNonNull(outcome.refusal());
                    });
        }
    }

    private void enableIpv6(KernelRefused reason) {
        try {
            Sysctl.write(netns, "net/ipv6/conf/" + end.name() + "/disable_ipv6", "0");
        } catch (KernelRefused e) {
            var refused = new Refused(
                    Refused.Reason.CONFLICT,
                    ("interface %s in %s: IPv6 is switched off in the workload, and cannot be switched on for this "
                                    + "interface: %s (expected: net.ipv6.conf.all.disable_ipv6=0 there, or a service "
                                    + "with IPv4 addresses only)")
                            .formatted(end.name(), end.place(), e.getMessage()),
                    e);
            refused.addSuppressed(reason);
            throw refused;
        }
    }

    private void settings(Link link, Change change) {
        boolean mtu = end.mtu() > 0 && link.mtu() != end.mtu();
        boolean mac = !end.mac().isEmpty() && !mac(end.mac()).equals(link.mac());
        if (!mtu && !mac && link.up()) {
            return;
        }
        var settings = LinkSettings.unchanged();
        if (mtu) {
            settings = settings.mtu(end.mtu());
        }
        if (mac) {
            settings = settings.mac(mac(end.mac()));
        }
        change.setLink(link.index(), link.up() ? settings : settings.up(true));
    }

    private void addresses(Link link, Change change) {
        Set<Prefix> wanted = new HashSet<>();
        end.addresses().forEach(address -> wanted.add(prefix(address)));
        for (var present : network.addresses()) {
            if (present.link() == link.index() && present.scope() == Scope.GLOBAL && !wanted.remove(present.prefix())) {
                change.deleteAddress(present);
            }
        }
        wanted.forEach(prefix -> change.addAddress(Address.of(link.index(), prefix)));
    }

    private void routes(Link link, Change change) {
        var wanted = new ArrayList<Route>();
        end.routes().forEach(route -> wanted.add(route(link.index(), route)));
        for (var present : network.routes()) {
            if (present.link() == link.index()
                    && present.choice().protocol() == Route.Choice.STATIC
                    && !wanted.removeIf(route -> same(route, present))) {
                change.deleteRoute(present);
            }
        }
        wanted.forEach(change::replaceRoute);
    }

    private static boolean same(Route wanted, Route present) {
        return wanted.destination().equals(present.destination())
                && java.util.Objects.equals(wanted.gateway(), present.gateway())
                && wanted.choice().table() == present.choice().table();
    }

    private void neighbors(Link link, Change change) {
        if (end.neighbors().isEmpty()) {
            return;
        }
        var present = network.neighbours();
        for (var neighbor : end.neighbors()) {
            var wanted = Neighbour.permanent(link.index(), neighbor.ip(), mac(neighbor.mac()));
            if (!present.contains(wanted)) {
                change.setNeighbour(wanted);
            }
        }
    }

    static LinkSettings born(End end, int index, OpenNetns netns) {
        var settings = LinkSettings.named(end.name()).index(index).group(GROUP).in(netns);
        if (end.mtu() > 0) {
            settings = settings.mtu(end.mtu());
        }
        return end.mac().isEmpty() ? settings : settings.mac(mac(end.mac()));
    }

    private static Mac mac(String text) {
        try {
            return Mac.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Refused(Refused.Reason.INVALID, String.valueOf(e.getMessage()), e);
        }
    }

    static Prefix prefix(Cidr cidr) {
        return new Prefix(cidr.address(), cidr.length());
    }

    private static Route route(int link, End.Hopped route) {
        var prefix = prefix(route.prefix());
        return route.gateway() == null
                ? Route.on(link, prefix)
                : Route.via(route.gateway(), link, prefix).onlink();
    }
}
