/**
 * The signed tokens by which processes vouch for themselves (wire §5.2, §5.3).
 *
 * <p>Start here: {@link org.nsm4j.grpc.token.JwtTokens}.
 *
 * <p>Threads: any thread.
 */
@NullMarked
package org.nsm4j.grpc.token;

import org.jspecify.annotations.NullMarked;
