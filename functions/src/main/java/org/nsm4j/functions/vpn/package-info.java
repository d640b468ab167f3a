/**
 * The VPN gateway: clients on wires, a company's network behind a WireGuard tunnel, and nothing in between but what
 * belongs there.
 *
 * <p>Start here: {@link org.nsm4j.functions.vpn.VpnGateway}, {@link org.nsm4j.functions.vpn.WireguardConfig}.
 *
 * <p>Threads: clients come and go at once; the packet filter is changed under one turn.
 */
@NullMarked
package org.nsm4j.functions.vpn;

import org.jspecify.annotations.NullMarked;
