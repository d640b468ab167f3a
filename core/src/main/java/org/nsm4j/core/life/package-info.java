/**
 * What keeps a connection alive or ends it: refreshing, expiry, limits, and the events that watchers hear of.
 *
 * <p>Start here: {@link org.nsm4j.core.life.Events}, {@link org.nsm4j.core.life.Monitor}, {@link org.nsm4j.core.life.ExpireStale}.
 *
 * <p>Threads: elements keep their state in what a connection holds, or let a guard watch over it; watchers are told from tasks of their own.
 */
@NullMarked
package org.nsm4j.core.life;

import org.jspecify.annotations.NullMarked;
