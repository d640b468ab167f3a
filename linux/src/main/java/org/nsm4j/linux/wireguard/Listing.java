package org.nsm4j.linux.wireguard;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.net.Prefix;

/** A tunnel as it is listed, piece by piece: lines from a program, messages from the kernel. */
final class Listing {
    private @Nullable WireguardKey privateKey;
    private int listenPort;
    private final Map<WireguardKey, PeerLines> peers = new LinkedHashMap<>();

    static final class PeerLines {
        @Nullable
        WireguardKey presharedKey;

        @Nullable
        InetSocketAddress endpoint;

        int keepalive;
        long handshake;
        long received;
        long sent;
        final List<Prefix> allowed = new ArrayList<>();
    }

    void privateKey(WireguardKey key) {
        privateKey = WireguardKey.orNone(key);
    }

    void listenPort(int port) {
        listenPort = port;
    }

    PeerLines peer(WireguardKey publicKey) {
        return peers.computeIfAbsent(publicKey, _ -> new PeerLines());
    }

    /** Reads what a program answers to {@code get=1}. */
    static Listing of(String text) {
        var listing = new Listing();
        @Nullable PeerLines peer = null;
        for (var line : text.split("\n", -1)) {
            int equals = line.indexOf('=');
            var name = equals < 0 ? "" : line.substring(0, equals);
            var value = line.substring(equals + 1);
            switch (name) {
                case "private_key" -> listing.privateKey(WireguardKey.parseHex(value));
                case "listen_port" -> listing.listenPort(Integer.parseInt(value));
                case "public_key" -> peer = listing.peer(WireguardKey.parseHex(value));
                default -> {
                    if (peer != null) {
                        read(peer, name, value);
                    }
                }
            }
        }
        return listing;
    }

    private static void read(PeerLines peer, String name, String value) {
        switch (name) {
            case "preshared_key" -> peer.presharedKey = WireguardKey.orNone(WireguardKey.parseHex(value));
            case "endpoint" -> peer.endpoint = endpoint(value);
            case "persistent_keepalive_interval" -> peer.keepalive = Integer.parseInt(value);
            case "last_handshake_time_sec" -> peer.handshake = Long.parseLong(value);
            case "rx_bytes" -> peer.received = Long.parseLong(value);
            case "tx_bytes" -> peer.sent = Long.parseLong(value);
            case "allowed_ip" -> peer.allowed.add(Prefix.parse(value));
            default -> {}
        }
    }

    private static InetSocketAddress endpoint(String text) {
        int colon = text.lastIndexOf(':');
        var host = text.substring(0, colon).replace("[", "").replace("]", "");
        return new InetSocketAddress(host, Integer.parseInt(text.substring(colon + 1)));
    }

    Optional<Tunnel> tunnel() {
        if (privateKey == null) {
            return Optional.empty();
        }
        var all = new ArrayList<Tunnel.Peer>();
        peers.forEach((key, peer) ->
                all.add(new Tunnel.Peer(key, peer.presharedKey, peer.endpoint, peer.keepalive, peer.allowed)));
        return Optional.of(new Tunnel(privateKey, listenPort, all));
    }

    List<Tunnel.PeerState> states() {
        var all = new ArrayList<Tunnel.PeerState>();
        peers.forEach((key, peer) -> all.add(new Tunnel.PeerState(key, peer.handshake, peer.received, peer.sent)));
        return all;
    }
}
