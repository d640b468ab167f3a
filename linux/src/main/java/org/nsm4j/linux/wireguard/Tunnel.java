package org.nsm4j.linux.wireguard;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.net.Prefix;

/**
 * What a WireGuard link is to be like: {@code wg setconf}.
 *
 * @param privateKey its own
 * @param listenPort UDP port, 0 for any
 * @param peers all of them; others are removed
 */
public record Tunnel(WireguardKey privateKey, int listenPort, List<Peer> peers) {
    public Tunnel {
        peers = List.copyOf(peers);
        if (listenPort < 0 || listenPort > 0xffff) {
            throw new IllegalArgumentException("listen port: " + listenPort + " (expected: 0–65535)");
        }
    }

    /** The peer with that public key. */
    public Optional<Peer> peer(WireguardKey publicKey) {
        return peers.stream().filter(peer -> peer.publicKey().equals(publicKey)).findFirst();
    }

    /**
     * The other side.
     *
     * @param publicKey who it is
     * @param presharedKey a further secret, null for none
     * @param endpoint where it is reached, null where it calls us
     * @param keepalive seconds between keep-alive packets, 0 for none
     * @param allowed what may come from it, and is sent to it
     */
    public record Peer(
            WireguardKey publicKey,
            @Nullable WireguardKey presharedKey,
            @Nullable InetSocketAddress endpoint,
            int keepalive,
            List<Prefix> allowed) {
        public Peer {
            allowed = List.copyOf(allowed);
            if (endpoint != null && endpoint.isUnresolved()) {
                throw new IllegalArgumentException("endpoint: %s (expected: an address)".formatted(endpoint));
            }
            if (keepalive < 0 || keepalive > 0xffff) {
                throw new IllegalArgumentException("keepalive: " + keepalive + " (expected: 0–65535 seconds)");
            }
        }
    }

    /**
     * How a peer is doing.
     *
     * @param publicKey who it is
     * @param lastHandshake seconds since 1970, 0 for never
     * @param received bytes
     * @param sent bytes
     */
    public record PeerState(WireguardKey publicKey, long lastHandshake, long received, long sent) {}
}
