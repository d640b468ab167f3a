package org.nsm4j.dataplane.wire;

import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;

/** {@link Plumbing} on the real kernel. */
public final class KernelPlumbing implements Plumbing {
    /** Chosen indices start here, far above those that the kernel hands out one by one. */
    private static final int FIRST_INDEX = 1 << 20;

    /** How often another index is tried when the chosen one is taken. */
    static final int TRIES = 4;

    private final Node node;
    private final VethWires veths;
    private final VxlanWires vxlans;
    private final PeerGuard guard;
    private final Reaper reaper;

    /**
     * Plumbs on a node.
     *
     * @param node its namespace, which stays the caller's to close
     * @param underlay how other nodes are reached; null where there are none
     * @param guard opens the vxlan port
     * @param reaper deletes links
     */
    public KernelPlumbing(Node node, @Nullable Underlay underlay, PeerGuard guard, Reaper reaper) {
        this.node = node;
        this.veths = new VethWires(node, reaper);
        this.vxlans = new VxlanWires(node, underlay, reaper);
        this.guard = guard;
        this.reaper = reaper;
    }

    @Override
    public Plugged plug(Wire wire) {
        var plugged = plugBeside(wire, Owners.alone(wire.owner()));
        plugged.dropParked();
        return plugged;
    }

    @Override
    public Optional<Wire.Tunnel> standing(Owner owner, End end) {
        try {
            return vxlans.standing(owner, end);
        } catch (KernelRefused e) {
            return Optional.empty();
        }
    }

    /** Plugs a wire whose predecessor, if it has one, comes back unless it is closed or {@code dropParked} is called. */
    PluggedWire plugBeside(Wire wire, Owners owners) {
        return switch (wire) {
            case Wire.Local local -> new PluggedWire(this, local, null, fit(local, owners));
            case Wire.Remote remote -> {
                var hold = guard.admit(remote.tunnel().remote());
                try {
                    yield new PluggedWire(this, remote, hold, fit(remote, owners));
                } catch (RuntimeException e) {
                    hold.close();
                    throw e;
                }
            }
        };
    }

    /** Makes the wire, or repairs what is there of it. */
    Fitted fit(Wire wire) {
        return fit(wire, Owners.alone(wire.owner()));
    }

    private Fitted fit(Wire wire, Owners owners) {
        try {
            return switch (wire) {
                case Wire.Local local -> veths.fit(local, owners);
                case Wire.Remote remote -> vxlans.fit(remote, owners);
            };
        } catch (KernelRefused e) {
            if (wire instanceof Wire.Remote remote && e.is(Errno.EADDRINUSE)) {
                throw VxlanWires.portTaken(e, remote.tunnel());
            }
            throw refused(e);
        }
    }

    /** Takes an interface away. */
    void remove(Seat seat) {
        try {
            seat.layOff(node, reaper);
        } catch (KernelRefused e) {
            throw refused(e);
        }
    }

    /** Waits until what was taken away is deleted. */
    void settle() {
        reaper.settle();
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
        var sentence = String.valueOf(e.getMessage());
        return switch (e.errno()) {
            case EMFILE, ENFILE -> new Refused(Refused.Reason.NO_CAPACITY, sentence, e);
            case ENOENT, ESRCH -> new Refused(Refused.Reason.NOT_FOUND, sentence, e);
            case EEXIST, EADDRINUSE -> new Refused(Refused.Reason.CONFLICT, sentence, e);
            case EPERM, EACCES ->
                new Refused(
                        Refused.Reason.UNAVAILABLE,
                        sentence + " (expected: the forwarder has CAP_NET_ADMIN and CAP_SYS_ADMIN)",
                        e);
            case ENOTTY, ENOTDIR, EISDIR, ELOOP -> new Refused(Refused.Reason.INVALID, sentence, e);
            default ->
                // EINVAL is a value that the request brought along: an MTU, a next hop, a file of another kind
                new Refused(
                        e.is(Errno.EINVAL, Errno.ENETUNREACH, Errno.EADDRNOTAVAIL, Errno.ERANGE)
                                ? Refused.Reason.INVALID
                                : Refused.Reason.INTERNAL,
                        sentence,
                        e);
        };
    }
}
