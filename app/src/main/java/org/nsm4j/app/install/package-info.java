/**
 * Makes {@code nsm up} a service of this host, and takes that back.
 *
 * <p>Start here: {@link org.nsm4j.app.install.Installation}.
 *
 * <p>Threads: one installation runs on one thread.
 */
@NullMarked
package org.nsm4j.app.install;

import org.jspecify.annotations.NullMarked;
