/**
 * The built-in certificate authority of a trust domain: keeps its roots, signs SVIDs, and renews itself with an overlap.
 *
 * <p>Start here: {@link org.nsm4j.identity.authority.Authority}, {@link org.nsm4j.identity.authority.RootAuthority},
 * {@link org.nsm4j.identity.authority.NodeAuthority}.
 *
 * <p>Threads: every public method may be called from any task; listeners are called by the task that made the change.
 */
@NullMarked
package org.nsm4j.identity.authority;

import org.jspecify.annotations.NullMarked;
