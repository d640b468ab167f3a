/**
 * The network configuration of one namespace: links, addresses, routes, rules and neighbours, named as in iproute2.
 *
 * <p>Start here: {@link org.nsm4j.linux.net.Network}, {@link org.nsm4j.linux.net.Change}, {@link org.nsm4j.linux.net.NewLink}.
 *
 * <p>Threading: a {@code Network} may be shared, requests on it take turns; a {@code Change} belongs to one thread; records
 * are immutable.
 */
@NullMarked
package org.nsm4j.linux.net;

import org.jspecify.annotations.NullMarked;
