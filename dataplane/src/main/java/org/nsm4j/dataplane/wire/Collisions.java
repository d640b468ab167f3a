package org.nsm4j.dataplane.wire;

import java.util.List;
import java.util.Optional;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.net.Address;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.net.Route;

/** Refuses what a workload already has, before anything is changed, and names both. */
final class Collisions {
    private final Network network;
    private final End end;

    Collisions(Network network, End end) {
        this.network = network;
        this.end = end;
    }

    /**
     * The interface that a former attempt of the same owner made, if there is one.
     *
     * @throws Refused CONFLICT where the name is somebody else's
     */
    Optional<Link> own(Owner owner) {
        var link = network.link(end.name());
        if (link.isPresent() && !isOf(link.get(), owner)) {
            throw new Refused(
                    Refused.Reason.CONFLICT,
                    "interface name: %s in %s is taken by %s (expected: a name that is free there)"
                            .formatted(end.name(), end.place(), whose(link.get())));
        }
        return link;
    }

    static boolean isOf(Link link, Owner owner) {
        return Owner.parse(link.alias())
                .filter(each -> each.connection().equals(owner.connection())
                        && each.node().equals(owner.node()))
                .isPresent();
    }

    private static String whose(Link link) {
        return Owner.parse(link.alias())
                .map(owner -> "connection " + owner.connection())
                .orElse(link.kind().isEmpty() ? "a link of the workload" : "a " + link.kind() + " link");
    }

    /** Refuses an address or a destination that another interface of the workload has. */
    void refuse(int ownLink) {
        if (end.addresses().isEmpty() && end.routes().isEmpty()) {
            return;
        }
        refuseAddresses(network.addresses(), ownLink);
        refuseRoutes(network.routes(), ownLink);
    }

    private void refuseAddresses(List<Address> present, int ownLink) {
        for (var wanted : end.addresses()) {
            for (var other : present) {
                if (other.link() != ownLink && other.prefix().address().equals(wanted.address())) {
                    throw new Refused(
                            Refused.Reason.CONFLICT,
                            "address: %s for %s collides with %s on %s in %s (expected: an address that is free there)"
                                    .formatted(wanted, end.name(), other.prefix(), name(other.link()), end.place()));
                }
            }
        }
    }

    private void refuseRoutes(List<Route> present, int ownLink) {
        for (var wanted : end.routes()) {
            Prefix prefix = Fitting.prefix(wanted.prefix());
            for (var other : present) {
                if (other.link() != ownLink
                        && other.link() != 0
                        && other.choice().table() == Route.Choice.MAIN
                        && other.destination().equals(prefix)) {
                    throw new Refused(
                            Refused.Reason.CONFLICT,
                            ("route: %s for %s collides with the route to %s on %s in %s (expected: a prefix that "
                                            + "leads nowhere there)")
                                    .formatted(
                                            prefix, end.name(), other.destination(), name(other.link()), end.place()));
                }
            }
        }
    }

    private String name(int link) {
        return network.link(link).map(Link::name).orElse("link " + link);
    }
}
