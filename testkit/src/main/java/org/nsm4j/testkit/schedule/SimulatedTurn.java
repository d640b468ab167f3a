package org.nsm4j.testkit.schedule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.schedule.Scheduler;

/** A lock in the order of asking; knows its owner, for the report of a deadlock. */
final class SimulatedTurn implements Scheduler.Turn {
    private final Baton baton;
    private final int number;
    private final Deque<Task> waiting = new ArrayDeque<>();
    private @Nullable Task owner;
    private boolean taken;

    SimulatedTurn(Baton baton, int number) {
        this.baton = baton;
        this.number = number;
    }

    @Override
    public boolean take(Duration most) {
        baton.step("take");
        var self = baton.caller();
        if (taken) {
            if (self == null) {
                if (!baton.run(() -> !taken, most)) {
                    return false;
                }
            } else {
                waiting.add(self);
                if (!baton.await(self, this, most)) {
                    waiting.remove(self);
                    return false;
                }
                return true;
            }
        }
        taken = true;
        owner = self;
        return true;
    }

    @Override
    public void give() {
        if (!taken) {
            throw new IllegalStateException("turn %d: given back, but nobody had it".formatted(number));
        }
        owner = next();
        taken = owner != null;
        if (owner != null) {
            baton.wake(owner, null);
        }
        baton.stepUnlessEnding("give");
    }

    private @Nullable Task next() {
        Task next;
        do {
            next = waiting.poll();
        } while (next != null && (next.process.crashed() || next.waitsFor != this));
        return next;
    }

    @Override
    public String toString() {
        return "turn %d, which %s has".formatted(number, owner == null ? "the test" : owner);
    }
}
