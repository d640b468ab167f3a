package org.nsm4j.linux.wireguard;

import java.util.List;
import java.util.Optional;

/** Configures WireGuard links that exist, whoever carries their packets. */
public interface WireguardControl {
    /**
     * Gives a link its keys and peers: {@code wg syncconf LINK}. Only what differs is written, so that the same
     * configuration again, or one with a further peer, loses no packet.
     *
     * @throws org.nsm4j.linux.KernelRefused where there is no such link, or it refuses
     */
    void configure(String link, Tunnel tunnel);

    /** What the link has now: {@code wg showconf LINK}; empty where it has no private key yet. */
    Optional<Tunnel> read(String link);

    /** How the peers are doing: {@code wg show LINK dump}. */
    List<Tunnel.PeerState> peers(String link);
}
