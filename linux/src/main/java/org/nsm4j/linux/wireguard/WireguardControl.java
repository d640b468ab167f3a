package org.nsm4j.linux.wireguard;

import java.util.List;

/** Configures WireGuard links that exist, whoever carries their packets. */
public interface WireguardControl {
    /**
     * Gives a link its keys and peers: {@code wg setconf LINK}. The same configuration again disturbs nothing.
     *
     * @throws org.nsm4j.linux.KernelRefused where there is no such link, or it refuses
     */
    void configure(String link, Tunnel tunnel);

    /** How the peers are doing: {@code wg show LINK dump}. */
    List<Tunnel.PeerState> peers(String link);
}
