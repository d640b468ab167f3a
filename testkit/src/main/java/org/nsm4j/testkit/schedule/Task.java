package org.nsm4j.testkit.schedule;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One task: a virtual thread that runs only while it holds the baton. */
final class Task {
    final int number;
    final String name;
    final SimulatedProcess process;
    private final Baton baton;
    private final Runnable work;
    private @Nullable Thread thread;
    private volatile boolean granted;

    /** What it waits for; null while it runs or could run. */
    @Nullable
    Object waitsFor;

    /** The alarm that ends its waiting; null when it waits for ever, or not at all. */
    @Nullable
    Alarm alarm;

    /** Whether the last waiting ended by its alarm. */
    boolean timedOut;

    /** What it was woken with. */
    @Nullable
    Object gift;

    /** Whether it has to unwind instead of going on. */
    boolean ending;

    Task(int number, String name, SimulatedProcess process, Baton baton, Runnable work) {
        this.number = number;
        this.name = name;
        this.process = process;
        this.baton = baton;
        this.work = work;
    }

    boolean started() {
        return thread != null;
    }

    boolean runsHere() {
        return Thread.currentThread() == thread;
    }

    /** Gives it the baton. */
    void grant() {
        if (thread == null) {
            thread = Thread.ofVirtual().name(name).unstarted(this::live);
            thread.start();
        } else {
            granted = true;
            LockSupport.unpark(thread);
        }
    }

    /** Waits for the baton, in the task's own thread. */
    void awaitGrant() {
        while (!granted) {
            LockSupport.park(this);
        }
        granted = false;
        refuseIfEnding();
    }

    void refuseIfEnding() {
        if (ending) {
            throw new TaskEnded();
        }
    }

    private void live() {
        Throwable failure = null;
        try {
            work.run();
        } catch (TaskEnded e) {
            // the simulation is over
        } catch (Throwable e) {
            failure = e;
        }
        baton.finished(this, failure);
    }

    @Override
    public String toString() {
        return process.name().isEmpty() ? name : process.name() + ": " + name;
    }

    /** Unwinds a task when the simulation is over; an Error, so that nobody takes it for a failure of the mesh. */
    static final class TaskEnded extends Error {
        private static final long serialVersionUID = 1;

        TaskEnded() {
            super("the simulation is over", null, false, false);
        }
    }
}
