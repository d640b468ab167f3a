/**
 * What a part has given away, written down where it outlives the process but not the machine's start.
 *
 * <p>Start here: {@link org.nsm4j.core.lease.Ledger}.
 *
 * <p>Threads: a ledger belongs to the guard of the part that owns it.
 */
@NullMarked
package org.nsm4j.core.lease;

import org.jspecify.annotations.NullMarked;
