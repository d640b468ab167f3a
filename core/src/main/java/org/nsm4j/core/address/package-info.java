/**
 * What a connection's two ends are configured with: addresses, excluded prefixes, name servers, MTU.
 *
 * <p>Start here: {@link org.nsm4j.core.address.AllocateAddresses}, {@link org.nsm4j.core.address.PrefixPool}.
 *
 * <p>Threads: elements may be called by many tasks at once; pools belong to the guard of the element that owns them.
 */
@NullMarked
package org.nsm4j.core.address;

import org.jspecify.annotations.NullMarked;
