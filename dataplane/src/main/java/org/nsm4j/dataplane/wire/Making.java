package org.nsm4j.dataplane.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Link;

/** A wire whose links are born but not all furnished yet, so that everything can still be taken back. */
final class Making {
    private final Node node;
    private final List<Seat> seats;
    private final List<Parked> parked = new ArrayList<>();

    Making(Node node, List<Seat> seats) {
        this.node = node;
        this.seats = seats;
    }

    /** Furnishes one end, in place of a predecessor if there is one. */
    void seat(Workload workload, int index, Optional<Link> predecessor) {
        var owner = seats.getFirst().owner();
        if (predecessor.isPresent()) {
            var link = predecessor.get();
            boolean sheltered = seats.size() == 1 && link.vxlan() == null;
            parked.add(Parked.park(workload, node, link, Fitted.ownerOf(link, owner), sheltered));
        }
        new Fitting(workload).furnish(index, owner, predecessor.isPresent());
    }

    Fitted done() {
        return new Fitted(seats, parked);
    }

    /** Takes everything back; what fails then is added to the reason. */
    void undo(RuntimeException reason, Reaper reaper) {
        for (var seat : seats) {
            quietly(reason, () -> seat.layOffUnnamed(node, reaper));
        }
        for (var each : parked.reversed()) {
            quietly(reason, each::restore);
        }
    }

    private static void quietly(RuntimeException reason, Runnable work) {
        try {
            work.run();
        } catch (KernelRefused e) {
            reason.addSuppressed(e);
        }
    }
}
