package org.nsm4j.dataplane.wire;

import java.util.Optional;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.net.Address;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.net.Route;

/** Refuses what a workload already has, before anything is changed, and names both. */
final class Collisions {
    private final Workload workload;
    private final End end;

    Collisions(Workload workload) {
        this.workload = workload;
        this.end = workload.end();
    }

    /**
     * The interface that a former attempt of the same owner made, or the one before it, if there is one.
     *
     * @throws Refused CONFLICT where the name is somebody else's
     */
    Optional<Link> own(Owners owners) {
        var link = workload.network().link(end.name());
        if (link.isPresent() && !owners.have(link.get())) {
            throw new Refused(
                    Refused.Reason.CONFLICT,
                    "interface name: %s in %s is taken by %s (expected: a name that is free there)"
                            .formatted(end.name(), end.place(), whose(link.get())));
        }
        return link;
    }

    private static String whose(Link link) {
        return Owner.parse(link.alias())
                .map(owner -> "connection " + owner.connection())
                .orElse(link.kind().isEmpty() ? "a link of the workload" : "a " + link.kind() + " link");
    }

    /** Refuses an address or a destination that another interface of the workload has. */
    void refuse(int ownLink) {
        if (!end.addresses().isEmpty()) {
            workload.addresses().stream()
                    .filter(other -> other.link() != ownLink)
                    .forEach(this::refuse);
        }
        if (!end.addresses().isEmpty() || !end.routes().isEmpty()) {
            workload.routes().stream()
                    .filter(other -> other.link() != ownLink && other.choice().table() == Route.Choice.MAIN)
                    .forEach(this::refuse);
        }
    }

    private void refuse(Address other) {
        for (var wanted : end.addresses()) {
            if (other.prefix().address().equals(wanted.address()) && !(end.sharesAddresses() && isWire(other.link()))) {
                throw new Refused(
                        Refused.Reason.CONFLICT,
                        "address: %s for %s collides with %s on %s in %s (expected: an address that is free there)"
                                .formatted(wanted, end.name(), other.prefix(), name(other.link()), end.place()));
            }
        }
    }

    /** A route collides where both lead to one destination, or where it would take a part out of a network on the link. */
    private void refuse(Route other) {
        for (var wanted : end.routes()) {
            var prefix = Shape.prefix(wanted.prefix()).network();
            if (prefix.equals(other.destination()) || isPartOf(prefix, other)) {
                throw collision("route: " + prefix, other);
            }
        }
        for (var wanted : end.addresses()) {
            var network = Shape.prefix(wanted).network();
            boolean shared = end.sharesAddresses() && isWire(other.link());
            if (!wanted.isHost() && network.equals(other.destination()) && !shared) {
                throw collision("address: " + wanted, other);
            }
        }
    }

    private boolean isPartOf(Prefix wanted, Route other) {
        return other.gateway() == null
                && other.type() == Route.Type.UNICAST
                && other.link() != 0
                && other.destination().length() > 0
                && other.destination().length() < wanted.length()
                && other.destination().contains(wanted.address())
                && !isWire(other.link());
    }

    private Refused collision(String what, Route other) {
        return new Refused(
                Refused.Reason.CONFLICT,
                "%s for %s collides with the route to %s on %s in %s (expected: a prefix that leads nowhere there)"
                        .formatted(what, end.name(), other.destination(), name(other.link()), end.place()));
    }

    private boolean isWire(int link) {
        return workload.network()
                .link(link)
                .filter(each -> each.group() == Fitting.GROUP)
                .isPresent();
    }

    private String name(int link) {
        return link == 0
                ? "no link of its own"
                : workload.network().link(link).map(Link::name).orElse("link " + link);
    }
}
