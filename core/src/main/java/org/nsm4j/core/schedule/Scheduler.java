package org.nsm4j.core.schedule;

import java.time.Duration;
import java.time.Instant;

/**
 * The only way to wait: every clock, timer, task, lock and queue of the mesh comes from here.
 *
 * <p>Live, it is virtual threads and real time ({@link LiveScheduler}); in the simulation exactly one task runs at a
 * time, chosen by the seed, in virtual time, so that a failing seed replays.
 */
public interface Scheduler {
    /** The wall clock. */
    Instant now();

    /** A clock that only moves forward, in nanoseconds since some moment. */
    long nanoTime();

    /**
     * Starts a task of its own.
     *
     * @param name shown in thread dumps
     * @param work what it does; an exception that escapes it is logged and ends the task alone
     */
    void spawn(String name, Runnable work);

    /**
     * Starts a task after a while.
     *
     * @param delay zero or less means at once
     * @param name shown in thread dumps
     * @param work what it does
     * @return a handle that calls it off, if it has not started
     */
    Timer after(Duration delay, String name, Runnable work);

    /** A lock that tasks get in the order in which they asked. */
    Turn turn();

    /** A queue between tasks. */
    <T> Mailbox<T> mailbox();

    /** Waits for so long; returns early when the program ends. */
    void pause(Duration duration);

    /** A task that has not started yet. */
    interface Timer extends AutoCloseable {
        /** Calls it off; does nothing when it has started. */
        @Override
        void close();
    }

    /** A lock that tasks get in the order in which they asked; not reentrant. */
    interface Turn {
        /**
         * Waits for the turn.
         *
         * @param most how long at most
         * @return whether it was got
         */
        boolean take(Duration most);

        /** Gives the turn to the next that waits. */
        void give();
    }

    /** An unbounded queue with one or more readers. */
    interface Mailbox<T> {
        /** Adds at the end; never waits. */
        void put(T item);

        /**
         * Takes the first.
         *
         * @param most how long to wait for one
         * @return null when none came in time
         */
        @org.jspecify.annotations.Nullable
        T take(Duration most);

        /** How many wait to be taken. */
        int size();
    }
}
