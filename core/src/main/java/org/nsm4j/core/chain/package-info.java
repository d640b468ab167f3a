/**
 * One hop of the mesh as one list of elements, and the table of its connections.
 *
 * <p>Start here: {@link org.nsm4j.core.chain.Element}, {@link org.nsm4j.core.chain.Chain}, {@link org.nsm4j.core.chain.ConnectionTable}.
 *
 * <p>Threads: elements are called by many threads at once, but for one connection by one at a time; they wait through the Scheduler only.
 */
@NullMarked
package org.nsm4j.core.chain;

import org.jspecify.annotations.NullMarked;
