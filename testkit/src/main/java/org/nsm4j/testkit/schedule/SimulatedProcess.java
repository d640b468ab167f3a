package org.nsm4j.testkit.schedule;

import java.time.Duration;
import java.time.Instant;
import org.nsm4j.core.schedule.Scheduler;

/**
 * The scheduler of one process of the simulation: what it starts belongs to it, and stops with it.
 *
 * <p>A crash is what it is in life: no task of the process runs another line, not even a finally.
 */
public final class SimulatedProcess implements Scheduler {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final String name;
    private final Baton baton;
    private int things;
    private Duration skew = Duration.ZERO;
    private volatile boolean crashed;

    SimulatedProcess(String name, Baton baton) {
        this.name = name;
        this.baton = baton;
    }

    /** Its name, as reports show it. */
    public String name() {
        return name;
    }

    /** Whether it crashed. */
    public boolean crashed() {
        return crashed;
    }

    /** Stops all its tasks and timers where they are. Asked by a task of another process, or between runs. */
    public void crash() {
        var self = baton.caller();
        if (self != null && self.process == this) {
            throw new IllegalStateException(
                    "process %s: cannot crash itself (expected: another process's task)".formatted(name));
        }
        crashed = true;
        baton.freeze(this);
        baton.step("crash of " + name);
    }

    /** Lets its wall clock go wrong by so much; its other clock is untouched. */
    public void skew(Duration by) {
        skew = by;
    }

    @Override
    public Instant now() {
        return START.plusNanos(baton.nanos()).plus(skew);
    }

    @Override
    public long nanoTime() {
        return baton.nanos();
    }

    @Override
    public void spawn(String task, Runnable work) {
        var self = baton.caller();
        if (crashed || (self != null && self.ending)) {
            return;
        }
        baton.start(task, this, work);
        baton.step("spawn " + task);
    }

    @Override
    public Timer after(Duration delay, String task, Runnable work) {
        var self = baton.caller();
        if (crashed || (self != null && self.ending)) {
            return () -> {};
        }
        var alarm = baton.startAt(baton.nanos() + Math.max(0, delay.toNanos()), task, this, work);
        baton.step("after " + task);
        return alarm::callOff;
    }

    @Override
    public Turn turn() {
        return new SimulatedTurn(baton, ++things);
    }

    @Override
    public <T> Mailbox<T> mailbox() {
        return new SimulatedMailbox<>(baton, ++things);
    }

    @Override
    public void pause(Duration duration) {
        baton.step("pause");
        var self = baton.caller();
        if (self == null) {
            baton.run(() -> false, duration);
        } else {
            baton.await(self, "a pause of " + duration, duration);
        }
    }
}
