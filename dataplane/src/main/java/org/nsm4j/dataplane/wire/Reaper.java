package org.nsm4j.dataplane.wire;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.linux.net.Network;

/**
 * Deletes links that were laid off, by group: the kernel takes 15–20 ms for a link alone, and little more for all of a
 * group. Whoever lays a link off has taken its addresses, its name and its packets already.
 *
 * <p>Namespaces are known by their numbers at the node, so that nothing is kept alive and no path is needed. Nothing runs
 * while there is nothing to do; what waits is one number for each namespace.
 */
public final class Reaper implements AutoCloseable {
    /** The group of links that wait to be deleted: "nsm" and a 4. */
    static final int GROUP = 0x6e736d04;

    private static final System.Logger LOG = System.getLogger(Reaper.class.getName());
    private static final Duration GATHER = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Node node;
    private final Scheduler scheduler;
    private final Map<Integer, Integer> waiting = new ConcurrentHashMap<>();
    private final AtomicBoolean armed = new AtomicBoolean();
    private final Scheduler.Turn turn;

    /** Nothing waits yet; {@link Inventory#reap} finds what a process that died has left. */
    public Reaper(Node node, Scheduler scheduler) {
        this.node = node;
        this.scheduler = scheduler;
        this.turn = scheduler.turn();
    }

    /** Deletes the laid-off links of a namespace soon. */
    void reap(int nsid) {
        waiting.merge(nsid, 1, Integer::sum);
        arm();
    }

    private void arm() {
        if (armed.compareAndSet(false, true)) {
            scheduler.after(GATHER, "reaper", this::settle);
        }
    }

    /** Returns when everything that was laid off before is deleted, or could not be; waits 30 s at most for another sweep. */
    public void settle() {
        armed.set(false);
        if (!turn.take(PATIENCE)) {
            LOG.log(System.Logger.Level.WARNING, "laid-off links are not deleted yet after {0}", PATIENCE);
            return;
        }
        try {
            sweep();
        } finally {
            turn.give();
        }
    }

    /** The fullest namespace first: with one end of a pair goes the other, wherever that is. */
    private void sweep() {
        var namespaces = new ArrayList<Map.Entry<Integer, Integer>>();
        for (var nsid : waiting.keySet()) {
            var count = waiting.remove(nsid);
            if (count != null) {
                namespaces.add(Map.entry(nsid, count));
            }
        }
        if (namespaces.isEmpty()) {
            return;
        }
        namespaces.sort(Map.Entry.<Integer, Integer>comparingByValue().reversed());
        try (var network = node.another()) {
            namespaces.forEach(each -> sweep(network, each.getKey()));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot delete laid-off links: {0}", e.getMessage());
        }
    }

    private static void sweep(Network network, int nsid) {
        try {
            Node.deleteGroup(network, nsid, GROUP);
        } catch (RuntimeException e) {
            // the others must not wait for this one; the auditor finds what stays
            LOG.log(System.Logger.Level.WARNING, "cannot delete laid-off links of nsid {0}: {1}", nsid, e.getMessage());
        }
    }

    /** Deletes what still waits. The scheduler must outlive this. */
    @Override
    public void close() {
        settle();
    }
}
