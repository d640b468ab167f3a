package org.nsm4j.dataplane.wire;

import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Change;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.OpenNetns;

/** A workload's namespace, held open for one piece of work and no longer. */
final class Workload implements AutoCloseable {
    private final OpenNetns netns;
    private final Network network;
    private final End end;

    private Workload(OpenNetns netns, Network network, End end) {
        this.netns = netns;
        this.network = network;
        this.end = end;
    }

    static Workload open(End end) {
        var netns = new Netns(end.place().path()).open();
        try {
            return new Workload(netns, Network.open(netns), end);
        } catch (KernelRefused e) {
            netns.close();
            throw e;
        }
    }

    /** Lays off an owner's interface, if it is still that owner's, in the namespace that it was made in. */
    static void layOff(End end, long cookie, Owner owner, Reaper reaper) {
        try (var workload = open(end)) {
            // the path may lead to another namespace by now, or the interface may be another's: not ours to touch
            if (workload.cookie() == cookie) {
                workload.network
                        .link(end.name())
                        .filter(link -> Collisions.isOf(link, owner))
                        .ifPresent(link -> workload.layOff(link, reaper));
            }
        } catch (KernelRefused e) {
            // a namespace that is gone took its links along
            if (!e.is(Errno.ENOENT, Errno.ESRCH)) {
                throw e;
            }
        }
    }

    OpenNetns netns() {
        return netns;
    }

    Network network() {
        return network;
    }

    long cookie() {
        return network.cookie();
    }

    Collisions collisions() {
        return new Collisions(network, end);
    }

    Fitting fitting() {
        return new Fitting(netns, network, end);
    }

    void layOff(Link link, Reaper reaper) {
        layOff(link.index(), reaper);
    }

    /** Takes a link's addresses, its packets and its name at once, and leaves the slow deletion to the reaper. */
    void layOff(int link, Reaper reaper) {
        Change change = network.change();
        change.setLink(
                link,
                LinkSettings.named("gone" + Integer.toString(link, 36))
                        .group(Reaper.GROUP)
                        .up(false));
        for (var address : network.addresses()) {
            if (address.link() == link) {
                change.deleteAddress(address);
            }
        }
        // what the kernel took along when the link went down is not there any more: nothing to complain about
        change.attempt();
        reaper.reap(end.place(), cookie());
    }

    @Override
    public void close() {
        network.close();
        netns.close();
    }
}
