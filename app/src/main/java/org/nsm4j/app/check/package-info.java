/**
 * What {@code nsm check} looks at: whether this host can be a node, and whether it is a healthy one.
 *
 * <p>Start here: {@link org.nsm4j.app.check.HostCheck}.
 *
 * <p>Threads: one check runs on one thread.
 */
@NullMarked
package org.nsm4j.app.check;

import org.jspecify.annotations.NullMarked;
