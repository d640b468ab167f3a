/**
 * Who we are on a connection's path, and the tokens by which the hops vouch for themselves.
 *
 * <p>Start here: {@link org.nsm4j.core.path.UpdatePath}, {@link org.nsm4j.core.path.UpdateToken}.
 *
 * <p>Threads: stateless, or guarded by the connection's turn.
 */
@NullMarked
package org.nsm4j.core.path;

import org.jspecify.annotations.NullMarked;
