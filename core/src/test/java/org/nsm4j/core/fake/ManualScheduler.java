package org.nsm4j.core.fake;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.schedule.Scheduler;

/** Time that stands still until a test lets it pass; tasks run one after another on the test's own thread. */
public final class ManualScheduler implements Scheduler {
    /** When it starts. */
    public static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

    private Instant now = START;
    private Duration ahead = Duration.ZERO;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<Alarm> alarms = new ArrayList<>();
    private long order;

    private record Alarm(Instant at, long order, Runnable work) {}

    @Override
    public Instant now() {
        return now.plus(ahead);
    }

    /** Somebody sets the host's clock; what is timed goes on as before. */
    public void jump(Duration by) {
        ahead = ahead.plus(by);
    }

    @Override
    public long nanoTime() {
        return now.toEpochMilli() * 1_000_000;
    }

    @Override
    public void spawn(String name, Runnable work) {
        tasks.add(work);
    }

    @Override
    public Timer after(Duration delay, String name, Runnable work) {
        var alarm = new Alarm(now.plus(delay.isNegative() ? Duration.ZERO : delay), order++, work);
        alarms.add(alarm);
        return () -> alarms.remove(alarm);
    }

    /** Runs what can run now. */
    public void settle() {
        for (var task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Lets time pass, with everything that happens in it. */
    public void pass(Duration time) {
        var end = now.plus(time);
        settle();
        for (var next = next(end); next != null; next = next(end)) {
            alarms.remove(next);
            now = next.at();
            tasks.add(next.work());
            settle();
        }
        now = end;
    }

    private @Nullable Alarm next(Instant end) {
        return alarms.stream()
                .filter(alarm -> !alarm.at().isAfter(end))
                .min(Comparator.comparing(Alarm::at).thenComparingLong(Alarm::order))
                .orElse(null);
    }

    /** How many timers are armed. */
    public int timers() {
        return alarms.size();
    }

    @Override
    public Turn turn() {
        return new Turn() {
            private boolean taken;

            @Override
            public boolean take(Duration most) {
                boolean got = !taken;
                taken = true;
                return got;
            }

            @Override
            public void give() {
                taken = false;
            }
        };
    }

    @Override
    public <T> Mailbox<T> mailbox() {
        throw new UnsupportedOperationException("one thread cannot wait for itself");
    }

    @Override
    public void pause(Duration duration) {
        throw new UnsupportedOperationException("one thread cannot wait for itself");
    }
}
