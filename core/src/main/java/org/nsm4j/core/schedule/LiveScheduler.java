package org.nsm4j.core.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Real time, and a virtual thread for each task. */
public final class LiveScheduler implements Scheduler, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LiveScheduler.class.getName());

    private static final Duration EVER = Duration.ofNanos(Long.MAX_VALUE);

    private final ScheduledThreadPoolExecutor clock = clock();

    private static ScheduledThreadPoolExecutor clock() {
        var executor = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("clock").factory());
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void spawn(String name, Runnable work) {
        Thread.ofVirtual().name(name).start(() -> run(name, work));
    }

    private static void run(String name, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "task " + name + " failed", e);
        }
    }

    @Override
    public Timer after(Duration delay, String name, Runnable work) {
        var future = clock.schedule(() -> spawn(name, work), nanos(delay), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    @Override
    public Turn turn() {
        return new LiveTurn();
    }

    @Override
    public <T> Mailbox<T> mailbox() {
        return new LiveMailbox<>();
    }

    @Override
    public void pause(Duration duration) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos(duration));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Never negative; what is longer than the clock can count (292 years) is as long as it can. */
    private static long nanos(Duration duration) {
        return duration.isNegative() ? 0 : duration.compareTo(EVER) > 0 ? Long.MAX_VALUE : duration.toNanos();
    }

    /** Starts no further timers; tasks that run are left alone. */
    @Override
    public void close() {
        clock.shutdownNow();
    }

    /** An executor that gives each piece of work its own virtual thread, for libraries that ask for one. */
    public static java.util.concurrent.ExecutorService virtualThreads(String name) {
        return Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name(name + "-", 0).factory());
    }

    private static final class LiveTurn implements Turn {
        private final Semaphore semaphore = new Semaphore(1, true);

        @Override
        public boolean take(Duration most) {
            try {
                return semaphore.tryAcquire(nanos(most), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        @Override
        public void give() {
            semaphore.release();
        }
    }

    private static final class LiveMailbox<T> implements Mailbox<T> {
        private final LinkedBlockingQueue<T> queue = new LinkedBlockingQueue<>();

        @Override
        public void put(T item) {
            queue.add(item);
        }

        @Override
        public @Nullable T take(Duration most) {
            try {
                return queue.poll(nanos(most), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
        }

        @Override
        public int size() {
            return queue.size();
        }
    }
}
