/**
 * Serves a hop over gRPC: requests, monitoring, registries and health, on unix and tcp sockets.
 *
 * <p>Start here: {@link org.nsm4j.grpc.server.NsmServer}, {@link org.nsm4j.grpc.server.Incoming}.
 *
 * <p>Threads: each call runs on a virtual thread of its own and may wait there.
 */
@NullMarked
package org.nsm4j.grpc.server;

import org.jspecify.annotations.NullMarked;
