/**
 * Sockets beneath gRPC: event loops, unix socket files, and who is at the other end.
 *
 * <p>Start here: {@link org.nsm4j.grpc.transport.Transport}, {@link org.nsm4j.grpc.transport.UnixSocketFile}.
 *
 * <p>Threads: a few event loops, which never wait, carry all connections; calls run on virtual threads.
 */
@NullMarked
package org.nsm4j.grpc.transport;

import org.jspecify.annotations.NullMarked;
