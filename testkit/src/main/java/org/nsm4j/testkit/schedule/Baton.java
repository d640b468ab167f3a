package org.nsm4j.testkit.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * Who runs now. The one that holds the baton, a task or the test's own thread, touches all this; it passes the baton
 * on by choosing among those that could run, or, when none could, by letting time jump to the next alarm.
 */
final class Baton {
    /** What one step costs in virtual time: enough that a loop which watches the clock ends. */
    private static final long STEP = 1_000;
    /** Longer waits than this are taken as waiting for ever. */
    private static final Duration EVER = Duration.ofDays(3650);

    final RandomGenerator random;
    final Trace trace = new Trace();
    private final List<Task> ready = new ArrayList<>();
    private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();
    private final Set<Task> living = new LinkedHashSet<>();
    private final List<Runnable> checks = new ArrayList<>();
    private int numbers;
    private long orders;
    private long nanos;

    private volatile @Nullable Task current;
    private volatile @Nullable Thread runner;
    private volatile boolean returned;
    private boolean checking;
    private boolean closing;
    private BooleanSupplier enough = () -> false;
    private long until;
    private @Nullable Throwable failure;

    Baton(long seed) {
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    long nanos() {
        return nanos;
    }

    void check(Runnable check) {
        checks.add(check);
    }

    /** The task that calls, or null when it is the test's own thread between runs. */
    @Nullable
    Task caller() {
        var task = current;
        if (checking) {
            throw new IllegalStateException("a check may look, but not use the scheduler");
        }
        if (task == null ? runner != null : !task.runsHere()) {
            throw new IllegalStateException("thread %s is no task of this simulation (expected: spawned by it)"
                    .formatted(Thread.currentThread().getName()));
        }
        return task;
    }

    Task start(String name, SimulatedProcess process, Runnable work) {
        var task = new Task(++numbers, name, process, this, work);
        living.add(task);
        ready.add(task);
        return task;
    }

    Alarm startAt(long at, String name, SimulatedProcess process, Runnable work) {
        return alarm(at, new Task(++numbers, name, process, this, work));
    }

    private Alarm alarm(long at, Task task) {
        var alarm = new Alarm(at, ++orders, task);
        alarms.add(alarm);
        return alarm;
    }

    /** Lets the seed choose who goes on; does nothing between runs. */
    void step(String what) {
        var self = caller();
        trace.add(nanos, self, what);
        if (self != null) {
            self.refuseIfEnding();
            ready.add(self);
            passOn(self);
        }
    }

    /** As {@link #step}, but never fails: for what stands in a finally. */
    void stepUnlessEnding(String what) {
        var self = caller();
        if (self == null || !self.ending) {
            step(what);
        }
    }

    /**
     * Waits until somebody wakes the task that calls.
     *
     * @return whether somebody did, in time
     */
    boolean await(Task self, Object what, Duration most) {
        self.refuseIfEnding();
        self.waitsFor = what;
        self.timedOut = false;
        if (most.compareTo(EVER) < 0) {
            self.alarm = alarm(nanos + Math.max(0, most.toNanos()), self);
        }
        passOn(self);
        return !self.timedOut;
    }

    void wake(Task task, @Nullable Object gift) {
        task.gift = gift;
        task.waitsFor = null;
        if (task.alarm != null) {
            task.alarm.callOff();
            task.alarm = null;
        }
        ready.add(task);
    }

    private void passOn(Task self) {
        var next = choose();
        if (next == self) {
            return;
        }
        hand(next);
        self.awaitGrant();
    }

    void finished(Task task, @Nullable Throwable thrown) {
        living.remove(task);
        if (thrown != null && failure == null && !closing) {
            failure = new AssertionError("task %s failed: %s".formatted(task, thrown), thrown);
        }
        hand(closing ? null : choose());
    }

    private void hand(@Nullable Task next) {
        current = next;
        if (next != null) {
            next.grant();
        } else {
            returned = true;
            LockSupport.unpark(runner);
        }
    }

    /** Who goes on; null when the run is over. */
    private @Nullable Task choose() {
        nanos += STEP;
        if (failure != null || isEnough()) {
            return null;
        }
        while (true) {
            ring();
            if (nanos >= until) {
                return null;
            }
            if (!ready.isEmpty()) {
                return pick();
            }
            var first = alarms.peek();
            nanos = first == null ? until : Math.min(first.at, until);
        }
    }

    private boolean isEnough() {
        checking = true;
        try {
            checks.forEach(Runnable::run);
            return enough.getAsBoolean();
        } catch (RuntimeException | AssertionError e) {
            failure = e;
            return true;
        } finally {
            checking = false;
        }
    }

    private void ring() {
        while (true) {
            var first = alarms.peek();
            if (first == null || (!first.isOff() && first.at > nanos)) {
                return;
            }
            alarms.poll();
            if (!first.isOff()) {
                var task = first.task;
                living.add(task);
                task.timedOut = true;
                task.waitsFor = null;
                task.alarm = null;
                ready.add(task);
            }
        }
    }

    private Task pick() {
        int at = ready.size() == 1 ? 0 : random.nextInt(ready.size());
        var task = ready.get(at);
        var last = ready.removeLast();
        if (at < ready.size()) {
            ready.set(at, last);
        }
        return task;
    }

    /**
     * Runs tasks, from the test's own thread.
     *
     * @return whether the condition came true in time
     */
    boolean run(BooleanSupplier condition, Duration most) {
        if (caller() != null) {
            throw new IllegalStateException("a task cannot run the simulation that it is part of");
        }
        enough = condition;
        until = nanos + most.toNanos();
        runner = Thread.currentThread();
        transfer(choose());
        runner = null;
        var thrown = failure;
        failure = null;
        switch (thrown) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new AssertionError(thrown);
        }
        return condition.getAsBoolean();
    }

    private void transfer(@Nullable Task next) {
        if (next == null) {
            return;
        }
        returned = false;
        hand(next);
        while (!returned) {
            LockSupport.park(this);
        }
    }

    /** Whether nothing can ever happen again although tasks are there. */
    boolean isStuck() {
        ring();
        return ready.isEmpty() && alarms.isEmpty() && living.stream().anyMatch(each -> !each.process.crashed());
    }

    /** The tasks that live, in the order in which they started. */
    List<Task> living() {
        return living.stream().filter(each -> !each.process.crashed()).toList();
    }

    /** Forgets what could run of a process that crashed; its threads stay parked until the end. */
    void freeze(SimulatedProcess process) {
        ready.removeIf(each -> each.process == process);
    }

    /** Unwinds every task that is left. */
    void end() {
        closing = true;
        ready.clear();
        alarms.clear();
        runner = Thread.currentThread();
        while (!living.isEmpty()) {
            var task = living.iterator().next();
            task.ending = true;
            if (task.started()) {
                transfer(task);
            } else {
                living.remove(task);
            }
        }
        runner = null;
    }
}
