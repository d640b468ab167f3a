/**
 * Configures WireGuard tunnels: the kernel's over generic netlink, a user-space one over its control socket.
 *
 * <p>Start here: {@link org.nsm4j.linux.wireguard.WireguardControl}, {@link org.nsm4j.linux.wireguard.Tunnel}.
 *
 * <p>Threading: everything may be called from any thread; each call opens what it needs and closes it.
 */
@NullMarked
package org.nsm4j.linux.wireguard;

import org.jspecify.annotations.NullMarked;
