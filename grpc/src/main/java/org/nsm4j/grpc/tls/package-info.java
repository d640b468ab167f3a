/**
 * Mutual TLS by SPIFFE identities (wire §5.4).
 *
 * <p>Start here: {@link org.nsm4j.grpc.tls.MutualTls}.
 *
 * <p>Threads: any thread; each handshake reads the identity of that moment.
 */
@NullMarked
package org.nsm4j.grpc.tls;

import org.jspecify.annotations.NullMarked;
