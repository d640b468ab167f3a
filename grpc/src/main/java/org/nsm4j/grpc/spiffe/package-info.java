/**
 * Who this process is, and whom it trusts, after SPIFFE.
 *
 * <p>Start here: {@link org.nsm4j.grpc.spiffe.IdentitySource}.
 *
 * <p>Threads: sources may be read from any thread.
 */
@NullMarked
package org.nsm4j.grpc.spiffe;

import org.jspecify.annotations.NullMarked;
