/**
 * The one place where the model becomes protobuf, and protobuf the model.
 *
 * <p>Start here: {@link org.nsm4j.grpc.wire.Connections}, {@link org.nsm4j.grpc.wire.Refusals}.
 *
 * <p>Threads: stateless.
 */
@NullMarked
package org.nsm4j.grpc.wire;

import org.jspecify.annotations.NullMarked;
