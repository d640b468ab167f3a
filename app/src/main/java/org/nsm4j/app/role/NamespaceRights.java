package org.nsm4j.app.role;

import java.util.Optional;
import org.nsm4j.core.model.Refused;
import org.nsm4j.dataplane.wire.Place;
import org.nsm4j.grpc.transport.PeerProcess;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.netns.Netns;

/**
 * Whether a process may have a network namespace plugged: its own, or any if it could enter any by itself. The path of a
 * namespace is no proof of a right to it.
 *
 * <p>A process in a container of its own may be out of our sight: the kernel does not tell its number across pid
 * namespaces, or does not let an unprivileged manager look at it. Then what it passed as a file is taken, for it could
 * open that file; a path from there is not, for it would mean something else here.
 */
final class NamespaceRights {
    private static final int CAP_SYS_ADMIN = 21;

    private NamespaceRights() {}

    /**
     * Judges a claim.
     *
     * @param peer who claims; empty for one on another node
     * @throws Refused NOT_AUTHORIZED where it has no right to the namespace
     */
    static void check(Place place, Optional<PeerProcess> peer) {
        if (place.isDescriptor() && isNode(place)) {
            throw refused(place, "it is the network namespace of the node itself", "a workload's");
        }
        var process =
                peer.orElseThrow(() -> refused(place, "its peer is on another node", "no mechanism KERNEL from there"));
        if (process.pid() == 0) {
            checkUnseen(place);
            return;
        }
        try {
            checkSeen(place, process);
        } catch (KernelRefused e) {
            if (!place.isPassed() || !(e.is(Errno.EACCES) || e.is(Errno.EPERM))) {
                throw refused(place, "its process cannot be looked at: " + e.getMessage(), "one that is alive");
            }
        }
    }

    private static void checkUnseen(Place place) {
        if (!place.isPassed()) {
            throw refused(
                    place,
                    "a path, from a process in a pid namespace that cannot be seen from here",
                    "the namespace itself, passed over the same unix socket");
        }
    }

    private static void checkSeen(Place place, PeerProcess process) {
        if (!process.hasCapability(CAP_SYS_ADMIN) && !isOwn(place, process.pid())) {
            throw refused(
                    place,
                    "it is not the namespace of process %d, which names it".formatted(process.pid()),
                    "its own, or a process with CAP_SYS_ADMIN on this host");
        }
        if (!process.isAlive()) {
            throw refused(place, "the process that names it has ended", "one that lives until the answer");
        }
    }

    private static boolean isOwn(Place place, long pid) {
        try (var named = place.open();
                var own = Netns.ofProcess(pid).open()) {
            return named.sameAs(own);
        }
    }

    /** A name may mean the node itself, which only its own client may ask for; a file never does. */
    private static boolean isNode(Place place) {
        try (var sent = place.open();
                var node = Netns.node().open()) {
            return sent.sameAs(node);
        } catch (KernelRefused e) {
            throw refused(place, "it cannot be looked at: " + e.getMessage(), "a network namespace");
        }
    }

    private static Refused refused(Place place, String why, String expected) {
        return new Refused(
                Refused.Reason.NOT_AUTHORIZED, "inodeURL: %s: %s (expected: %s)".formatted(place, why, expected));
    }
}
