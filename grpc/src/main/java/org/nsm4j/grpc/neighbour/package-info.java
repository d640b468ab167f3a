/**
 * Roles of one process ask each other directly: the same chains, tokens and policies, without a socket between them.
 *
 * <p>Start here: {@link org.nsm4j.grpc.neighbour.Neighbours}.
 *
 * <p>Threads: a request runs on its caller's thread; everything here is safe for use by several threads.
 */
@NullMarked
package org.nsm4j.grpc.neighbour;

import org.jspecify.annotations.NullMarked;
