package org.nsm4j.dataplane.wire;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.netns.Netns;

/**
 * Deletes links that were laid off, by group: the kernel takes 15–20 ms for a link alone, and little more for all of a
 * group. Whoever lays a link off has taken its addresses, its name and its packets already.
 */
public final class Reaper implements AutoCloseable {
    /** The group of links that wait to be deleted: "nsm" and a 4. */
    static final int GROUP = 0x6e736d04;

    private static final System.Logger LOG = System.getLogger(Reaper.class.getName());
    private static final Duration GATHER = Duration.ofMillis(20);
    private static final Duration FOREVER = Duration.ofDays(1);

    private final Scheduler scheduler;
    private final Scheduler.Mailbox<Task> tasks;
    private volatile boolean closed;

    /** A task, or a request to say when everything before it is done. */
    private record Task(Place place, long cookie, Scheduler.@org.jspecify.annotations.Nullable Mailbox<Boolean> done) {}

    /** Starts reaping. */
    public Reaper(Scheduler scheduler) {
        this.scheduler = scheduler;
        this.tasks = scheduler.mailbox();
        scheduler.spawn("reaper", this::run);
    }

    /** Deletes the laid-off links of a namespace soon. */
    void reap(Place place, long cookie) {
        tasks.put(new Task(place, cookie, null));
    }

    /** Waits until what was laid off before is gone; the longest wait is bounded. */
    public void settle() {
        Scheduler.Mailbox<Boolean> done = scheduler.mailbox();
        tasks.put(new Task(new Place(""), 0, done));
        done.take(Duration.ofSeconds(30));
    }

    private void run() {
        while (true) {
            var first = tasks.take(FOREVER);
            if (first == null) {
                continue;
            }
            if (first.done() == null) {
                scheduler.pause(GATHER);
            }
            var places = new LinkedHashMap<Place, Long>();
            var waiting = new java.util.ArrayList<Scheduler.Mailbox<Boolean>>();
            gather(first, places, waiting);
            while (tasks.size() > 0) {
                gather(tasks.take(Duration.ZERO), places, waiting);
            }
            for (Map.Entry<Place, Long> each : places.entrySet()) {
                sweep(each.getKey(), each.getValue());
            }
            waiting.forEach(each -> each.put(true));
            if (closed && tasks.size() == 0) {
                return;
            }
        }
    }

    private static void gather(
            @org.jspecify.annotations.Nullable Task task,
            Map<Place, Long> places,
            java.util.List<Scheduler.Mailbox<Boolean>> waiting) {
        if (task == null) {
            return;
        }
        if (task.done() != null) {
            waiting.add(task.done());
        } else {
            places.put(task.place(), task.cookie());
        }
    }

    private static void sweep(Place place, long cookie) {
        try (var network = Network.open(new Netns(place.path()))) {
            if (network.cookie() == cookie) {
                network.change().deleteLinksOfGroup(GROUP).commit();
            }
        } catch (KernelRefused e) {
            // a namespace that is gone took its links along; a group that is empty was swept before
            if (!e.is(Errno.ENOENT, Errno.ENODEV, Errno.ESRCH)) {
                LOG.log(System.Logger.Level.WARNING, "cannot delete laid-off links in {0}: {1}", place, e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        settle();
    }
}
