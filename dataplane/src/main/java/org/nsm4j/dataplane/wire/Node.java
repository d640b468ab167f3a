package org.nsm4j.dataplane.wire;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Change;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.OpenNetns;
import org.nsm4j.linux.netns.Sysctl;

/**
 * The node's own network namespace, open as long as the node's part of the program runs. The numbers (nsids) that other
 * namespaces get here lead to their links without entering them, even when no path leads there any more, and outlive us.
 */
public final class Node implements AutoCloseable {
    /** Stands for the node's namespace itself among nsids. */
    static final int SELF = -1;

    /** Namespaces come and go, and cookies are never used again: forget them all now and then. */
    private static final int MOST_NUMBERS = 10_000;

    private final OpenNetns netns;
    private final Network network;
    private final long cookie;
    private final Map<Long, Integer> numbers = new ConcurrentHashMap<>();

    private Node(OpenNetns netns, Network network) {
        this.netns = netns;
        this.network = network;
        this.cookie = network.cookie();
    }

    /** The namespace that this process was started in. */
    public static Node own() {
        return open(Netns.node());
    }

    /**
     * Another namespace that plays the node.
     *
     * @throws KernelRefused where it cannot be opened
     */
    public static Node open(Netns place) {
        var netns = place.open();
        try {
            return new Node(netns, Network.open(netns));
        } catch (RuntimeException e) {
            netns.close();
            throw e;
        }
    }

    /** The namespace, for as long as the node is open. */
    public OpenNetns netns() {
        return netns;
    }

    /**
     * Whether a place is this very namespace.
     *
     * @throws Refused where there is no namespace there
     */
    public boolean isAt(Place place) {
        try (var other = place.open()) {
            return other.sameAs(netns);
        } catch (KernelRefused e) {
            throw KernelPlumbing.refused(e);
        }
    }

    /** Its configuration, for short work; slow work opens its own by {@link #another}, so that nobody waits for it. */
    Network network() {
        return network;
    }

    /** A further socket for slow work; the caller closes it. */
    Network another() {
        return Network.open(netns);
    }

    /** The number of a namespace here, given now unless it has one; a namespace keeps its number as long as it lives. */
    int number(OpenNetns other, long otherCookie) {
        if (otherCookie == cookie) {
            return SELF;
        }
        if (numbers.size() >= MOST_NUMBERS) {
            numbers.clear();
        }
        return numbers.computeIfAbsent(otherCookie, any -> network.assignNsid(other));
    }

    /** A link of the node's that gives itself no address. */
    void withoutIpv6(String link) {
        try {
            Sysctl.write(netns, "net/ipv6/conf/" + link + "/disable_ipv6", "1");
        } catch (KernelRefused e) {
            if (!e.is(Errno.ENOENT, Errno.EROFS)) {
                throw e;
            }
        }
    }

    /** The links of a namespace by its number; none where it has ended. */
    List<Link> links(int nsid) {
        try {
            return nsid == SELF ? network.links() : network.linksOf(nsid);
        } catch (KernelRefused e) {
            if (isGone(e)) {
                return List.of();
            }
            throw e;
        }
    }

    /** Deletes a group of links of a namespace by its number; nothing where it has ended or has none. */
    static void deleteGroup(Network node, int nsid, int group) {
        delete(
                nsid == SELF
                        ? node.change().deleteLinksOfGroup(group)
                        : node.change().deleteLinksOfGroup(nsid, group));
    }

    /** Deletes one link of a namespace by its number; nothing where either has ended. */
    static void deleteLink(Network node, int nsid, int index) {
        delete(nsid == SELF ? node.change().deleteLink(index) : node.change().deleteLink(nsid, index));
    }

    private static void delete(Change change) {
        try {
            change.commit();
        } catch (KernelRefused e) {
            if (!isGone(e)) {
                throw e;
            }
        }
    }

    /** Whether a refusal says that the namespace, or the link, is not there any more. */
    static boolean isGone(KernelRefused e) {
        return e.is(Errno.ENOENT, Errno.ESRCH, Errno.ENODEV, Errno.EINVAL, Errno.ENOTTY, Errno.ENOTDIR);
    }

    @Override
    public void close() {
        network.close();
        netns.close();
    }
}
