/**
 * Notices that a wire does not work any more, by what the kernel tells and by whether other nodes answer.
 *
 * <p>Start here: {@link org.nsm4j.dataplane.watch.WireWatch}, {@link org.nsm4j.dataplane.watch.WatchWire}.
 *
 * <p>Threads: the kernel's news come on a thread of their own, as does whether a node answers; whoever is told is told from a task.
 */
@NullMarked
package org.nsm4j.dataplane.watch;

import org.jspecify.annotations.NullMarked;
