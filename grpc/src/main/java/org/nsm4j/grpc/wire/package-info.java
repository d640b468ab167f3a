/**
 * The model as protobuf messages and gRPC headers, both ways: the only place that knows either.
 *
 * <p>Start here: {@link org.nsm4j.grpc.wire.ConnectionMapping}, {@link org.nsm4j.grpc.wire.RefusalMapping}.
 *
 * <p>Threads: everything here is stateless.
 */
@NullMarked
package org.nsm4j.grpc.wire;

import org.jspecify.annotations.NullMarked;
