package org.nsm4j.linux.socket;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.netns.OpenNetns;

/**
 * Pings another host for as long as it is open, and tells when it does not answer any more, and when it does again. It has a
 * platform thread of its own, because waiting in the kernel would hold a virtual thread's carrier.
 *
 * <p>A host that has never answered is not told of: its answers may be filtered.
 */
public final class PingWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PingWatch.class.getName());
    /** By how much at most chance changes a wait, so that hosts do not ping in step. */
    private static final double JITTER = 0.1;

    private final OpenNetns netns;
    private final InetAddress target;
    private final Rhythm rhythm;
    private final Listener listener;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closing = lock.newCondition();
    private boolean closed;

    /**
     * How often.
     *
     * @param interval asked before each ping: from one to the next, and how long an answer is waited for
     * @param misses after how many unanswered pings in a row a host counts as gone
     */
    public record Rhythm(Supplier<Duration> interval, int misses) {}

    /** Told from the watch's thread. */
    public interface Listener {
        /** It does not answer any more; last it did at that time. */
        void lost(Instant lastAnswer);

        /** It answers again. */
        void back();
    }

    private PingWatch(OpenNetns netns, InetAddress target, Rhythm rhythm, Listener listener) {
        this.netns = netns;
        this.target = target;
        this.rhythm = rhythm;
        this.listener = listener;
        this.thread = Thread.ofPlatform()
                .name("ping " + target.getHostAddress())
                .daemon()
                .unstarted(this::run);
    }

    /** Starts to ping from a namespace, which must stay open as long as the watch does. */
    public static PingWatch start(OpenNetns netns, InetAddress target, Rhythm rhythm, Listener listener) {
        var watch = new PingWatch(netns, target, rhythm, listener);
        watch.thread.start();
        return watch;
    }

    private void run() {
        var standing = new Standing();
        Ping ping = null;
        try {
            while (pauseAfter(standing.asked)) {
                standing.asked = System.nanoTime();
                ping = ping == null ? opened() : ping;
                standing.note(ping != null && answers(ping));
            }
        } finally {
            if (ping != null) {
                ping.close();
            }
        }
    }

    /** Null where there is no way to the host now. */
    private @Nullable Ping opened() {
        try {
            return Ping.open(netns, target);
        } catch (KernelRefused e) {
            LOG.log(System.Logger.Level.DEBUG, "cannot ping {0}: {1}", target.getHostAddress(), e.getMessage());
            return null;
        }
    }

    private boolean answers(Ping ping) {
        try {
            return ping.probe(rhythm.interval.get()).isPresent();
        } catch (KernelRefused e) {
            LOG.log(System.Logger.Level.DEBUG, "cannot ping {0}: {1}", target.getHostAddress(), e.getMessage());
            return false;
        }
    }

    /** What is known of the host; of the thread alone. */
    private final class Standing {
        private long asked = System.nanoTime() - rhythm.interval.get().toNanos();
        private int missed;
        private boolean answered;
        private boolean lost;
        private Instant last = Instant.now();

        void note(boolean answer) {
            if (answer) {
                last = Instant.now();
                missed = 0;
                answered = true;
                if (lost) {
                    lost = false;
                    listener.back();
                }
            } else if (++missed >= rhythm.misses && answered && !lost) {
                lost = true;
                listener.lost(last);
            }
        }
    }

    /** Waits for the rest of the interval; whether to go on. */
    private boolean pauseAfter(long asked) {
        double factor = 1 + JITTER * (2 * ThreadLocalRandom.current().nextDouble() - 1);
        long left = (long) (rhythm.interval.get().toNanos() * factor) - (System.nanoTime() - asked);
        lock.lock();
        try {
            while (!closed && left > 0) {
                left = closing.awaitNanos(left);
            }
            return !closed;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Stops; what is being told may end after this. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            closing.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
