package org.nsm4j.app.role;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.nsm4j.core.schedule.Scheduler;

/** Runs tasks in the order in which they came, so many at a time: a thousand at once would all be late. */
final class AtATime {
    private final int most;
    private final Scheduler scheduler;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger running = new AtomicInteger();

    AtATime(int most, Scheduler scheduler) {
        this.most = most;
        this.scheduler = scheduler;
    }

    /** Runs a task when it is its turn; returns at once. */
    void run(String name, Runnable task) {
        waiting.add(task);
        if (enters()) {
            scheduler.spawn(name, this::work);
        }
    }

    private boolean enters() {
        return running.getAndUpdate(now -> Math.min(most, now + 1)) < most;
    }

    private void work() {
        do {
            try {
                for (var task = waiting.poll(); task != null; task = waiting.poll()) {
                    task.run();
                }
            } finally {
                running.decrementAndGet();
            }
            // what came after the last look, when everybody was still thought to be busy
        } while (!waiting.isEmpty() && enters());
    }
}
