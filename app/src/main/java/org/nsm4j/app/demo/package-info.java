/**
 * {@code nsm demo}: two nodes, an intranet, an application that knows nothing, on this host's own kernel.
 *
 * <p>Start here: {@link org.nsm4j.app.demo.Demo}, {@link org.nsm4j.app.demo.World}.
 *
 * <p>Threads: one, and a shutdown hook that clears away.
 */
@NullMarked
package org.nsm4j.app.demo;

import org.jspecify.annotations.NullMarked;
