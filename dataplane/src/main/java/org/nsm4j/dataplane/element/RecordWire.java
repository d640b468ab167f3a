package org.nsm4j.dataplane.element;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.chain.Origin;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.dataplane.wire.Owner;
import org.nsm4j.dataplane.wire.Plumbing;
import org.nsm4j.dataplane.wire.WireLedger;

/**
 * Writes down, before a wire is plugged, until when it is wanted; and lets a close reach a wire that only a former process
 * of the forwarder knew.
 *
 * <p>Place: right before {@link PlugWire}, so that no wire is in the kernel that the ledger does not know.
 */
@Does("writes down until when the wire is wanted, before it is plugged")
public final class RecordWire implements Element {
    /** Where a path does not say when the client's token ends: upstream's token life. */
    private static final Duration UNSAID = Duration.ofMinutes(10);

    private final String node;
    private final WireLedger ledger;
    private final Consumer<ConnectionId> removal;
    private final Scheduler scheduler;

    /**
     * Records on a node.
     *
     * @param node its name, as in the aliases of links
     * @param ledger where it is written down
     * @param removal removes what a former process has plugged for a connection
     */
    public RecordWire(String node, WireLedger ledger, Consumer<ConnectionId> removal, Scheduler scheduler) {
        this.node = node;
        this.ledger = ledger;
        this.removal = removal;
        this.scheduler = scheduler;
    }

    /** An entry in the ledger. */
    private final class Entry implements AutoCloseable {
        private final Owner owner;

        Entry(Owner owner) {
            this.owner = owner;
        }

        @Override
        public void close() {
            ledger.close(owner);
        }
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var owner = new Owner(node, call.id(), 0);
        var until = call.connection()
                .path()
                .previous()
                .flatMap(segment -> Optional.ofNullable(segment.expires()))
                .orElseGet(() -> scheduler.now().plus(UNSAID));
        if (call.origin() == Origin.ADOPT) {
            call.adopt(Entry.class, () -> new Entry(owner));
        } else if (call.held(Entry.class).isEmpty()) {
            ledger.open(owner, until);
        }
        call.hold(Entry.class, () -> new Entry(owner));
        ledger.extend(owner, until);
        return rest.request(call);
    }

    @Override
    public void close(Call call, Rest rest) {
        boolean known = call.held(Plumbing.Plugged.class).isPresent();
        try {
            rest.close(call);
        } finally {
            if (!known) {
                removal.accept(call.id());
            }
        }
    }
}
