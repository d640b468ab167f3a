/**
 * The tokens by which hops vouch for themselves: JWTs, signed by the keys of X.509 identities.
 *
 * <p>Start here: {@link org.nsm4j.grpc.token.JwtTokens}, {@link org.nsm4j.grpc.token.TokenReader}.
 *
 * <p>Threads: everything here may be used by many at once.
 */
@NullMarked
package org.nsm4j.grpc.token;

import org.jspecify.annotations.NullMarked;
