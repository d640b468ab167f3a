/**
 * Other processes, asked over gRPC; connections to them are kept and shared.
 *
 * <p>Start here: {@link org.nsm4j.grpc.client.Channels}, {@link org.nsm4j.grpc.client.GrpcHops}.
 *
 * <p>Threads: any thread may ask; asking waits.
 */
@NullMarked
package org.nsm4j.grpc.client;

import org.jspecify.annotations.NullMarked;
