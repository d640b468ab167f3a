package org.nsm4j.dataplane.wire;

import java.time.Duration;
import java.time.Instant;
import org.nsm4j.core.schedule.Scheduler;

/** Another scheduler's, but for the time of day, which the test moves, and for timers, which never fire. */
final class MovedClock implements Scheduler {
    private final Scheduler real;
    private Instant now = Instant.parse("2026-11-21T10:00:00Z");

    MovedClock(Scheduler real) {
        this.real = real;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public long nanoTime() {
        return real.nanoTime();
    }

    @Override
    public void spawn(String name, Runnable work) {
        real.spawn(name, work);
    }

    @Override
    public Timer after(Duration delay, String name, Runnable work) {
        return () -> {};
    }

    @Override
    public Turn turn() {
        return real.turn();
    }

    @Override
    public <T> Mailbox<T> mailbox() {
        return real.mailbox();
    }

    @Override
    public void pause(Duration duration) {
        real.pause(duration);
    }
}
