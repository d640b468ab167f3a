package org.nsm4j.linux.wireguard;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.net.Prefix;

/**
 * What is missing between a tunnel as it is and as it shall be: {@code wg syncconf}. What is equal is not written, because
 * writing a peer anew ends its session and loses packets.
 *
 * @param privateKey null leaves it
 * @param listenPort null leaves it
 * @param removed peers that go
 * @param peers peers that are added or changed
 */
record TunnelChange(
        @Nullable WireguardKey privateKey,
        @Nullable Integer listenPort,
        List<WireguardKey> removed,
        List<PeerChange> peers) {
    /**
     * A peer that is added or changed.
     *
     * @param peer as it shall be
     * @param allowed whether its prefixes differ and are replaced
     */
    record PeerChange(Tunnel.Peer peer, boolean allowed) {}

    /**
     * Compares.
     *
     * @param present null where the link has no key yet
     */
    static TunnelChange between(@Nullable Tunnel present, Tunnel wanted) {
        var removed = new ArrayList<WireguardKey>();
        var peers = new ArrayList<PeerChange>();
        if (present != null) {
            present.peers().stream()
                    .map(Tunnel.Peer::publicKey)
                    .filter(key -> wanted.peer(key).isEmpty())
                    .forEach(removed::add);
        }
        for (var peer : wanted.peers()) {
            var before = Optional.ofNullable(present).flatMap(tunnel -> tunnel.peer(peer.publicKey()));
            boolean allowed = !before.map(TunnelChange::networks).equals(Optional.of(networks(peer)));
            if (allowed || before.stream().noneMatch(each -> sameApartFromAllowed(each, peer))) {
                peers.add(new PeerChange(peer, allowed));
            }
        }
        boolean sameKey = present != null && present.privateKey().equals(wanted.privateKey());
        boolean samePort = present != null && (wanted.listenPort() == 0 || wanted.listenPort() == present.listenPort());
        return new TunnelChange(
                sameKey ? null : wanted.privateKey(), samePort ? null : wanted.listenPort(), removed, peers);
    }

    private static Set<Prefix> networks(Tunnel.Peer peer) {
        var networks = new HashSet<Prefix>();
        peer.allowed().forEach(prefix -> networks.add(prefix.network()));
        return networks;
    }

    /** A peer that calls us has the endpoint that it last called from, which is as it should be. */
    private static boolean sameApartFromAllowed(Tunnel.Peer one, Tunnel.Peer wanted) {
        return Objects.equals(one.presharedKey(), wanted.presharedKey())
                && (wanted.endpoint() == null || wanted.endpoint().equals(one.endpoint()))
                && one.keepalive() == wanted.keepalive();
    }

    boolean isEmpty() {
        return privateKey == null && listenPort == null && removed.isEmpty() && peers.isEmpty();
    }
}
