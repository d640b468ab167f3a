/**
 * What a process serves over gRPC: chains, registries, monitoring, health.
 *
 * <p>Start here: {@link org.nsm4j.grpc.server.Served}, {@link org.nsm4j.grpc.server.GrpcServers}.
 *
 * <p>Threads: each call runs on a virtual thread of its own, and may wait.
 */
@NullMarked
package org.nsm4j.grpc.server;

import org.jspecify.annotations.NullMarked;
