package org.nsm4j.dataplane.wire;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;

/** {@link Plumbing} on the real kernel, of the node that this process lives in. */
public final class KernelPlumbing implements Plumbing {
    /** Chosen indices start here, far above those that the kernel hands out one by one. */
    private static final int FIRST_INDEX = 1 << 20;

    /** How often another index is tried when the chosen one is taken. */
    static final int TRIES = 4;

    private final VethWires veths;
    private final VxlanWires vxlans;
    private final PeerGuard guard;

    /**
     * Plumbs on this node.
     *
     * @param underlay how other nodes are reached; null where there are none
     * @param guard opens the vxlan port
     * @param reaper deletes links
     */
    public KernelPlumbing(@Nullable Underlay underlay, PeerGuard guard, Reaper reaper) {
        this.veths = new VethWires(reaper);
        this.vxlans = new VxlanWires(underlay, reaper);
        this.guard = guard;
    }

    @Override
    public Plugged plug(Wire wire) {
        return switch (wire) {
            case Wire.Local local -> new PluggedWire(this, local, null, fit(local));
            case Wire.Remote remote -> {
                var hold = guard.admit(remote.tunnel().remote());
                try {
                    yield new PluggedWire(this, remote, hold, fit(remote));
                } catch (RuntimeException e) {
                    hold.close();
                    throw e;
                }
            }
        };
    }

    /** Makes the wire, or repairs what is there of it; returns the cookies of the namespaces, the client's first. */
    long[] fit(Wire wire) {
        try {
            return switch (wire) {
                case Wire.Local local -> veths.fit(local);
                case Wire.Remote remote -> vxlans.fit(remote);
            };
        } catch (KernelRefused e) {
            throw refused(e);
        }
    }

    /** Takes the wire away from the namespaces with these cookies. */
    void remove(Wire wire, long[] cookies) {
        try {
            switch (wire) {
                case Wire.Local local -> veths.remove(local, cookies);
                case Wire.Remote remote -> vxlans.remove(remote, cookies);
            }
        } catch (KernelRefused e) {
            throw refused(e);
        }
    }

    /** A link's index of our own choice: the kernel tells none for a link that is born in another namespace. */
    static int index() {
        return ThreadLocalRandom.current().nextInt(FIRST_INDEX, Integer.MAX_VALUE);
    }

    /** Whether a link was refused for its index, which another attempt chooses anew. */
    static boolean isIndexTaken(KernelRefused e, int tries) {
        return e.is(Errno.EEXIST) && e.text().isEmpty() && tries < TRIES;
    }

    /** The kernel's refusal as a hop says it. */
    static Refused refused(KernelRefused e) {
        if (e.is(Errno.EMFILE, Errno.ENFILE)) {
            return new Refused(
                    Refused.Reason.NO_CAPACITY,
                    e.getMessage() + " (expected: more descriptors; raise LimitNOFILE or ulimit -n)",
                    e);
        }
        if (e.is(Errno.ENOENT)) {
            return new Refused(Refused.Reason.NOT_FOUND, String.valueOf(e.getMessage()), e);
        }
        if (e.is(Errno.EEXIST, Errno.EADDRINUSE)) {
            return new Refused(Refused.Reason.CONFLICT, String.valueOf(e.getMessage()), e);
        }
        if (e.is(Errno.EPERM, Errno.EACCES)) {
            return new Refused(
                    Refused.Reason.UNAVAILABLE,
                    e.getMessage() + " (expected: the forwarder has CAP_NET_ADMIN and CAP_SYS_ADMIN)",
                    e);
        }
        return new Refused(Refused.Reason.INTERNAL, String.valueOf(e.getMessage()), e);
    }
}
