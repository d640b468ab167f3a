/**
 * What an operator sees of a running process: log lines and metrics.
 *
 * <p>Start here: {@link org.nsm4j.app.observe.Logging}, {@link org.nsm4j.app.observe.Metrics}.
 *
 * <p>Threads: everything here may be used by several threads at once.
 */
@NullMarked
package org.nsm4j.app.observe;

import org.jspecify.annotations.NullMarked;
