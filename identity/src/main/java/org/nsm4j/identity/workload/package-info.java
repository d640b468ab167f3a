/**
 * Serves the SPIFFE Workload API on a unix socket, to any SPIFFE client in any language.
 *
 * <p>Start here: {@link org.nsm4j.identity.workload.WorkloadApi}.
 *
 * <p>Threads: each call has a virtual thread of its own; what is pushed on a stream is pushed by one task at a time.
 */
@NullMarked
package org.nsm4j.identity.workload;

import org.jspecify.annotations.NullMarked;
