package org.nsm4j.core.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.schedule.Scheduler;

/** Runs tasks one after another on the test's own thread, when the test says so, in a time of its own. */
final class StepScheduler implements Scheduler {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private Instant now = START;
    private final Queue<Runnable> ready = new ArrayDeque<>();
    private final PriorityQueue<Alarm> alarms =
            new PriorityQueue<>(Comparator.comparing(Alarm::at).thenComparingLong(Alarm::number));
    private long number;

    private record Alarm(Instant at, long number, Runnable work) {}

    /** Runs everything that can run now. */
    void settle() {
        for (var task = ready.poll(); task != null; task = ready.poll()) {
            task.run();
        }
    }

    /** Lets time pass, and runs what comes due, in order. */
    void pass(Duration time) {
        settle();
        var end = now.plus(time);
        for (var next = alarms.peek(); next != null && !next.at.isAfter(end); next = alarms.peek()) {
            alarms.remove(next);
            now = next.at;
            next.work.run();
            settle();
        }
        now = end;
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public long nanoTime() {
        return Duration.between(START, now).toNanos();
    }

    @Override
    public void spawn(String name, Runnable work) {
        ready.add(work);
    }

    @Override
    public Timer after(Duration delay, String name, Runnable work) {
        var alarm = new Alarm(now.plus(delay.isNegative() ? Duration.ZERO : delay), number++, work);
        alarms.add(alarm);
        return () -> alarms.remove(alarm);
    }

    @Override
    public Turn turn() {
        return new Turn() {
            private boolean taken;

            @Override
            public boolean take(Duration most) {
                if (taken) {
                    return false;
                }
                taken = true;
                return true;
            }

            @Override
            public void give() {
                taken = false;
            }
        };
    }

    @Override
    public <T> Mailbox<T> mailbox() {
        var items = new ArrayDeque<T>();
        return new Mailbox<>() {
            @Override
            public void put(T item) {
                items.add(item);
            }

            @Override
            public @Nullable T take(Duration most) {
                return items.poll();
            }

            @Override
            public int size() {
                return items.size();
            }
        };
    }

    @Override
    public void pause(Duration duration) {
        throw new AssertionError("nothing here waits in a task");
    }

    /** A listener that writes down what it is told: {@code +name}, {@code -name}, {@code ended REASON}. */
    static final class Heard<T> implements Registry.Listener<T> {
        final List<String> news = new ArrayList<>();
        final List<T> items = new ArrayList<>();
        private final Kind<T> kind;

        Heard(Kind<T> kind) {
            this.kind = kind;
        }

        @Override
        public void changed(Registry.Change<T> change) {
            news.add((change.deleted() ? "-" : "+") + kind.name(change.item()));
            items.add(change.item());
        }

        @Override
        public void ended(org.nsm4j.core.model.Refused reason) {
            news.add("ended " + reason.reason());
        }
    }
}
