/**
 * Which endpoint or forwarder serves a client, and in which order the candidates are tried.
 *
 * <p>Start here: {@link org.nsm4j.core.select.Matching}, {@link org.nsm4j.core.select.SelectEndpoint}, {@link org.nsm4j.core.select.SelectForwarder}.
 *
 * <p>Threads: elements keep their state in what a connection holds, or let a guard watch over it.
 */
@NullMarked
package org.nsm4j.core.select;

import org.jspecify.annotations.NullMarked;
