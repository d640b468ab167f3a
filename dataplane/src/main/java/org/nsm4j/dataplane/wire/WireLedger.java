package org.nsm4j.dataplane.wire;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.nsm4j.core.lease.Ledger;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Guard;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Until when each wire is wanted, as its client's token says: so that the next process of a forwarder removes what nobody
 * came back for, and nothing before its time. The kernel itself keeps which links there are and whose.
 */
public final class WireLedger {
    private static final System.Logger LOG = System.getLogger(WireLedger.class.getName());

    private final Ledger ledger;
    private final Guard guard;

    /** Over a ledger, which belongs to this from here on. */
    public WireLedger(Ledger ledger, Scheduler scheduler) {
        this.ledger = ledger;
        this.guard = new Guard(scheduler);
    }

    /**
     * Writes down that a wire will be there.
     *
     * @throws Refused where it cannot be written: the wire must not be made then
     */
    public void open(Owner owner, Instant until) {
        guard.run(() -> ledger.put(key(owner), Long.toString(until.toEpochMilli())));
    }

    /** Writes down that a wire is wanted for longer. Where that cannot be written, a restart may know the former time only. */
    public void extend(Owner owner, Instant until) {
        try {
            open(owner, until);
        } catch (Refused e) {
            LOG.log(System.Logger.Level.WARNING, "connection {0}: {1}", owner.connection(), e.getMessage());
        }
    }

    /** The wire is gone. */
    public void close(Owner owner) {
        strike(key(owner));
    }

    void strike(String key) {
        guard.run(() -> ledger.remove(key));
    }

    /** All of them, by the {@link #key} of their owners. */
    Map<String, Instant> all() {
        var all = new HashMap<String, Instant>();
        for (var each : guard.call(ledger::entries).entrySet()) {
            if (each.getValue().matches("[0-9]{1,15}")) {
                all.put(each.getKey(), Instant.ofEpochMilli(Long.parseLong(each.getValue())));
            }
        }
        return all;
    }

    /** The same for an owner and for what its alias says, whatever the generation. */
    static String key(Owner owner) {
        return owner.ofGeneration(0).alias();
    }
}
