package org.nsm4j.dataplane.wire;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Change;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.netns.OpenNetns;
import org.nsm4j.linux.netns.Sysctl;

/** Brings one interface to what its {@link End} says; what is equal already is not written. */
final class Fitting {
    /** The group of every link of ours that is in use: "nsm" and a 1. */
    static final int GROUP = 0x6e736d01;

    private static final System.Logger LOG = System.getLogger(Fitting.class.getName());
    private static final String PING_GROUPS = "net/ipv4/ping_group_range";
    /** What the kernel starts with. */
    private static final Pattern NOBODY = Pattern.compile("1\\s+0");

    private static final String EVERYBODY = "0 2147483647";

    private final Workload workload;
    private final End end;

    Fitting(Workload workload) {
        this.workload = workload;
        this.end = workload.end();
    }

    /** A link as it is born: quiet, and by another name where a predecessor still has the right one. */
    LinkSettings born(int index, boolean nameIsFree) {
        var settings = LinkSettings.named(nameIsFree ? end.name() : InterfaceName.next(index))
                .index(index)
                .group(GROUP)
                .in(workload.netns());
        if (end.mtu() > 0) {
            settings = settings.mtu(end.mtu());
        }
        return end.mac().isEmpty() ? settings : settings.mac(Shape.mac(end.mac()));
    }

    /**
     * Lets a link that was just born ask soon again who has an address. The kernel wakes a new veth's other end in its own
     * time, loses what comes before, and would ask again only after a second: too long where packets are waiting that another
     * wire carried until now.
     */
    void hastenNeighbours(int index, boolean nameIsFree) {
        var name = nameIsFree ? end.name() : InterfaceName.next(index);
        try {
            for (var family : List.of("ipv4", "ipv6")) {
                Sysctl.write(workload.netns(), "net/%s/neigh/%s/retrans_time_ms".formatted(family, name), "30");
            }
        } catch (KernelRefused e) {
            // it works without, only later
        }
    }

    /**
     * Configures a link that was just made: everything is missing, nothing is read. The alias comes here, since the
     * kernel ignores one at birth; until then the group says whose the link is.
     */
    void furnish(int index, Owner owner, boolean rename) {
        var wanted = Shape.of(end, index);
        var settings = LinkSettings.unchanged().alias(owner.alias()).up(true);
        write(() -> {
            var change = workload.network().change();
            if (rename) {
                // apart from switching on: kernels before 6.2 rename no link that is on
                change.setLink(index, LinkSettings.named(end.name()));
            }
            change.setLink(index, settings);
            wanted.addresses().forEach(each -> change.addAddress(Shape.address(index, each)));
            wanted.routes().forEach(change::addRoute);
            wanted.neighbours().forEach(change::setNeighbour);
            return change;
        });
        letEverybodyPing();
    }

    /**
     * Lets programs of the workload without privileges ping: upstream's clients do it to tell that a wire works, and take
     * one that they cannot ping for broken (behaviour F-18). What somebody has set there already stays.
     */
    private void letEverybodyPing() {
        try {
            if (NOBODY.matcher(Sysctl.read(workload.netns(), PING_GROUPS)).matches()) {
                Sysctl.write(workload.netns(), PING_GROUPS, EVERYBODY);
            }
        } catch (KernelRefused e) {
            LOG.log(System.Logger.Level.DEBUG, "pings stay privileged in {0}: {1}", end.place(), e.getMessage());
        }
    }

    /**
     * Repairs a link that was there before. Where that fails, it is as it was.
     *
     * @return what takes the repair back
     */
    Runnable repair(Link link) {
        int index = link.index();
        var wanted = Shape.of(end, index);
        var found = Shape.found(link, workload, true);
        Runnable undo = () -> {
            var change = workload.network().change();
            Shape.bring(change, index, wanted, found);
            change.attempt();
        };
        if (change(link, found, wanted).isEmpty()) {
            return () -> {};
        }
        try {
            write(() -> change(link, found, wanted));
        } catch (RuntimeException e) {
            undo.run();
            throw e;
        }
        return undo;
    }

    private Change change(Link link, Shape found, Shape wanted) {
        var change = workload.network().change();
        if (!link.up() || link.group() != GROUP) {
            change.setLink(link.index(), LinkSettings.unchanged().group(GROUP).up(true));
        }
        Shape.bring(change, link.index(), found, wanted);
        return change;
    }

    /** Sends a change; where the workload has IPv6 switched off, switches it on for this interface and asks again. */
    private void write(Supplier<Change> change) {
        try {
            change.get().commit();
        } catch (KernelRefused e) {
            if (!e.is(Errno.EACCES, Errno.EPERM) || end.addresses().stream().allMatch(Cidr::isIpv4)) {
                throw e;
            }
            enableIpv6(e);
            change.get().attempt().stream()
                    .map(outcome -> outcome.refusal())
                    .filter(Objects::nonNull)
                    .filter(refusal -> !refusal.is(Errno.EEXIST, Errno.EADDRNOTAVAIL, Errno.ESRCH))
                    .findFirst()
                    .ifPresent(refusal -> {
                        throw refusal;
                    });
        }
    }

    private void enableIpv6(KernelRefused reason) {
        try {
            allowIpv6(workload.netns(), end.name());
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

    private static void allowIpv6(OpenNetns netns, String link) {
        Sysctl.write(netns, "net/ipv6/conf/" + link + "/disable_ipv6", "0");
    }
}
