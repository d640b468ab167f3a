/**
 * Brings further hosts into a trust domain: a token that works once, a pinned authority, and renewal afterwards.
 *
 * <p>Start here: {@link org.nsm4j.identity.join.JoinServer} on the first host, {@link org.nsm4j.identity.join.Joiner} on
 * the others, {@link org.nsm4j.identity.join.JoinToken} between them.
 *
 * <p>Threads: every public method may be called from any task.
 */
@NullMarked
package org.nsm4j.identity.join;

import org.jspecify.annotations.NullMarked;
