/**
 * Which endpoint or forwarder serves a client, and in which order the candidates are tried.
 *
 * <p>Start here: the elements of this package.
 *
 * <p>Threads: elements keep their state in what a connection holds, or guard it by the scheduler's turns.
 */
@NullMarked
package org.nsm4j.core.select;

import org.jspecify.annotations.NullMarked;
