/**
 * The few shapes of nftables that wires need, over nfnetlink: tables of our own, base chains, sets of addresses, rules.
 *
 * <p>Start here: {@link org.nsm4j.linux.nft.Nftables} and {@link org.nsm4j.linux.nft.Transaction}.
 *
 * <p>Threading: {@code Nftables} may be shared, transactions on it take turns; a {@code Transaction} belongs to one thread;
 * records are immutable.
 */
@NullMarked
package org.nsm4j.linux.nft;

import org.jspecify.annotations.NullMarked;
