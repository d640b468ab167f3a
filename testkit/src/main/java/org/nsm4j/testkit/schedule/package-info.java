/**
 * A scheduler in virtual time, where one task runs at a time and a seed chooses which: a failing seed replays.
 *
 * <p>Start here: {@link org.nsm4j.testkit.schedule.SimulatedScheduler}, {@link org.nsm4j.testkit.schedule.SimulatedProcess}.
 *
 * <p>Threads: tasks are virtual threads that pass a baton; whoever holds it may touch everything, nobody else anything.
 */
@NullMarked
package org.nsm4j.testkit.schedule;

import org.jspecify.annotations.NullMarked;
