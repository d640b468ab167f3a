package org.nsm4j.testkit.schedule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.schedule.Scheduler;

/** A queue; what is put while somebody waits is handed to the first that does. */
final class SimulatedMailbox<T> implements Scheduler.Mailbox<T> {
    private final Baton baton;
    private final int number;
    private final Deque<T> items = new ArrayDeque<>();
    private final Deque<Task> waiting = new ArrayDeque<>();

    SimulatedMailbox(Baton baton, int number) {
        this.baton = baton;
        this.number = number;
    }

    @Override
    public void put(T item) {
        var reader = waiting.poll();
        while (reader != null && (reader.process.crashed() || reader.waitsFor != this)) {
            reader = waiting.poll();
        }
        if (reader != null) {
            baton.wake(reader, item);
        } else {
            items.add(item);
        }
        baton.stepUnlessEnding("put");
    }

    @Override
    @SuppressWarnings("unchecked")
    public @Nullable T take(Duration most) {
        baton.step("take from mailbox");
        var self = baton.caller();
        if (!items.isEmpty()) {
            return items.poll();
        }
        if (self == null) {
            return baton.run(() -> !items.isEmpty(), most) ? items.poll() : null;
        }
        waiting.add(self);
        if (!baton.await(self, this, most)) {
            waiting.remove(self);
            return null;
        }
        return (T) self.gift;
    }

    @Override
    public int size() {
        return items.size();
    }

    @Override
    public String toString() {
        return "mailbox " + number;
    }
}
