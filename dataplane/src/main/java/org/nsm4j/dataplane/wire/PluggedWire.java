package org.nsm4j.dataplane.wire;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;

/** A wire in the kernel, as its connection holds it. */
final class PluggedWire implements Plumbing.Plugged {
    private final KernelPlumbing plumbing;
    private final PeerGuard.@Nullable Hold peer;
    private volatile Wire wire;
    private volatile List<Seat> seats;
    private List<Parked> parked;
    private volatile @Nullable PluggedWire successor;
    private @Nullable PluggedWire predecessor;
    private volatile boolean closed;

    PluggedWire(KernelPlumbing plumbing, Wire wire, PeerGuard.@Nullable Hold peer, Fitted fitted) {
        this.plumbing = plumbing;
        this.wire = wire;
        this.peer = peer;
        this.seats = fitted.seats();
        this.parked = fitted.parked();
    }

    @Override
    public Wire wire() {
        return wire;
    }

    @Override
    public void change(Wire to) {
        var fitted = plumbing.fit(to);
        wire = to;
        seats = fitted.seats();
        fitted.parked().forEach(each -> plumbing.remove(each.seat()));
    }

    @Override
    public Plumbing.Plugged replaceBy(Wire other) {
        wire = wire.reachedAs(other);
        var owners = new Owners(other.owner(), Optional.of(wire.owner()));
        PluggedWire next;
        try {
            next = plumbing.plugBeside(other, owners);
        } catch (Plumbing.VniTaken e) {
            if (!hasNumberOf(other)) {
                throw e;
            }
            next = plugInstead(other, owners);
        }
        successor = next;
        next.predecessor = this;
        return next;
    }

    @Override
    public List<Plumbing.Spot> spots() {
        return seats.stream()
                .map(seat -> new Plumbing.Spot(seat.nsid(), seat.index()))
                .toList();
    }

    @Override
    public boolean isSucceeded() {
        var next = successor;
        return closed || (next != null && !next.closed);
    }

    private boolean hasNumberOf(Wire other) {
        return wire instanceof Wire.Remote mine
                && other instanceof Wire.Remote its
                && mine.tunnel().vni() == its.tunnel().vni()
                && mine.tunnel().port() == its.tunnel().port();
    }

    /** The kernel has a tunnel's number but once: this wire goes before the other comes, and returns if that fails. */
    private PluggedWire plugInstead(Wire other, Owners owners) {
        seats.forEach(plumbing::remove);
        plumbing.settle();
        try {
            return plumbing.plugBeside(other, owners);
        } catch (RuntimeException e) {
            try {
                seats = plumbing.fit(wire).seats();
            } catch (Refused | Plumbing.VniTaken again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    /** What made room for this wire is not wanted any more. */
    void dropParked() {
        parked.forEach(each -> plumbing.remove(each.seat()));
        parked = List.of();
    }

    /**
     * Whether the wire after or before this one has the very same link: another path may lead to the same namespace, as
     * when an endpoint's process was started anew.
     */
    private boolean isShared(Seat seat) {
        return has(successor, seat) || has(predecessor, seat);
    }

    private static boolean has(@Nullable PluggedWire other, Seat seat) {
        return other != null && !other.closed && other.seats.stream().anyMatch(seat::isSameLink);
    }

    /** What this wire took over goes back to the wire before it, if that still stands, as it was there. */
    private void giveBack() {
        var former = predecessor;
        if (former != null && seats.stream().anyMatch(seat -> has(former, seat))) {
            former.seats = plumbing.fit(former.wire).seats();
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            RuntimeException first = null;
            for (var seat : seats) {
                try {
                    if (!isShared(seat)) {
                        plumbing.remove(seat);
                    }
                } catch (RuntimeException e) {
                    if (first == null) {
                        first = e;
                    } else {
                        first.addSuppressed(e);
                    }
                }
            }
            if (successor != null) {
                // from now on this wire cannot come back
                successor.parked = List.of();
                successor.predecessor = null;
            }
            parked.forEach(Parked::restore);
            giveBack();
            if (first != null) {
                throw first;
            }
        } finally {
            if (peer != null) {
                peer.close();
            }
        }
    }
}
