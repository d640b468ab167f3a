/**
 * Time, tasks and locks behind one interface, so that a whole domain can run in virtual time under a seed.
 *
 * <p>Start here: {@link org.nsm4j.core.schedule.Scheduler}, {@link org.nsm4j.core.schedule.LiveScheduler}.
 *
 * <p>Threads: every method may be called from any task of the scheduler.
 */
@NullMarked
package org.nsm4j.core.schedule;

import org.jspecify.annotations.NullMarked;
