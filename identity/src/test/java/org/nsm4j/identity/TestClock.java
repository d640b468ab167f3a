package org.nsm4j.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.nsm4j.core.schedule.Scheduler;

/** Time that stands still until a test moves it; timers then run in their order, on the test's own thread. */
public final class TestClock implements Scheduler {
    private final List<Entry> entries = new ArrayList<>();
    private Instant now = Instant.now();

    private record Entry(Instant at, Runnable work) {}

    /** Moves on, and runs what falls due on the way. */
    public void advance(Duration by) {
        var end = now().plus(by);
        for (var next = due(end); next != null; next = due(end)) {
            next.work().run();
        }
        synchronized (this) {
            now = end;
        }
    }

    private synchronized Entry due(Instant end) {
        var next = entries.stream()
                .filter(entry -> !entry.at().isAfter(end))
                .min(Comparator.comparing(Entry::at))
                .orElse(null);
        if (next != null) {
            entries.remove(next);
            now = next.at();
        }
        return next;
    }

    /** How many timers are set. */
    public synchronized int timers() {
        return entries.size();
    }

    @Override
    public synchronized Instant now() {
        return now;
    }

    @Override
    public synchronized long nanoTime() {
        return now.toEpochMilli() * 1_000_000;
    }

    @Override
    public void spawn(String name, Runnable work) {
        work.run();
    }

    @Override
    public synchronized Timer after(Duration delay, String name, Runnable work) {
        var entry = new Entry(now.plus(delay), work);
        entries.add(entry);
        return () -> {
            synchronized (this) {
                entries.removeIf(each -> each == entry);
            }
        };
    }

    @Override
    public Turn turn() {
        var semaphore = new Semaphore(1);
        return new Turn() {
            @Override
            public boolean take(Duration most) {
                semaphore.acquireUninterruptibly();
                return true;
            }

            @Override
            public void give() {
                semaphore.release();
            }
        };
    }

    @Override
    public <T> Mailbox<T> mailbox() {
        Deque<T> queue = new ArrayDeque<>();
        return new Mailbox<>() {
            @Override
            public void put(T item) {
                queue.add(item);
            }

            @Override
            public T take(Duration most) {
                return queue.poll();
            }

            @Override
            public int size() {
                return queue.size();
            }
        };
    }

    @Override
    public void pause(Duration duration) {
        advance(duration);
    }
}
