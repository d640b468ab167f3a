/**
 * Who this process is and whom it trusts, by SPIFFE: X.509 identities, their bundles, and where they come from.
 *
 * <p>Start here: {@link org.nsm4j.grpc.spiffe.IdentitySource}, {@link org.nsm4j.grpc.spiffe.Identity}.
 *
 * <p>Threads: records are immutable; a source may be asked by many threads, and tells its listeners one change at a
 * time.
 */
@NullMarked
package org.nsm4j.grpc.spiffe;

import org.jspecify.annotations.NullMarked;
