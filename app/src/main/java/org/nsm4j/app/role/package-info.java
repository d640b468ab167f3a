/**
 * The roles, one composition for each: read a chain here to know the whole program.
 *
 * <p>Start here: {@link org.nsm4j.app.role.ManagerChain}, {@link org.nsm4j.app.role.ForwarderChain}, {@link
 * org.nsm4j.app.role.RegistryStack}, and {@link org.nsm4j.app.role.Node}, which runs them all.
 *
 * <p>Threads: roles are started and closed by one thread; what they serve is called by many.
 */
@NullMarked
package org.nsm4j.app.role;

import org.jspecify.annotations.NullMarked;
