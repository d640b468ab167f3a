/**
 * What the kernel knows of a process, so read that it is certainly of that process and no later one with its number.
 *
 * <p>Start here: {@link org.nsm4j.linux.process.PidFd}.
 *
 * <p>Threading: every function may be called from any thread.
 */
@NullMarked
package org.nsm4j.linux.process;

import org.jspecify.annotations.NullMarked;
