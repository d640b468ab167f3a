/**
 * Asks other hops and registries over gRPC, on connections that are kept and shared.
 *
 * <p>Start here: {@link org.nsm4j.grpc.client.GrpcHops}, {@link org.nsm4j.grpc.client.RemoteRegistries}.
 *
 * <p>Threads: calls wait on the thread that makes them; streams are told of on virtual threads, one event at a time.
 */
@NullMarked
package org.nsm4j.grpc.client;

import org.jspecify.annotations.NullMarked;
