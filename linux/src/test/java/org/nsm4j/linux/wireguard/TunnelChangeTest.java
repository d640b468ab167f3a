package org.nsm4j.linux.wireguard;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.nsm4j.linux.net.Prefix;

final class TunnelChangeTest {
    private static final WireguardKey OWN = WireguardKey.generate();
    private static final WireguardKey PEER = WireguardKey.generate().publicKey();
    private static final InetSocketAddress HERE = new InetSocketAddress("192.0.2.1", 51820);

    private static Tunnel tunnel(int port, @Nullable InetSocketAddress endpoint, String... allowed) {
        var prefixes = List.of(allowed).stream().map(Prefix::parse).toList();
        return new Tunnel(OWN, port, List.of(new Tunnel.Peer(PEER, null, endpoint, 25, prefixes)));
    }

    @Test
    void what_is_equal_is_not_written() {
        var present = tunnel(51820, HERE, "fd20::/64", "10.20.0.0/16");
        assertThat(TunnelChange.between(present, tunnel(51820, HERE, "10.20.0.0/16", "fd20::/64"))
                        .isEmpty())
                .isTrue();
    }

    @Test
    void any_port_and_a_peer_that_calls_from_anywhere_are_as_they_are() {
        var present = tunnel(40001, HERE, "10.20.0.0/16");
        assertThat(TunnelChange.between(present, tunnel(0, null, "10.20.0.0/16"))
                        .isEmpty())
                .isTrue();
    }

    @Test
    void a_new_endpoint_leaves_the_prefixes_alone() {
        var change = TunnelChange.between(
                tunnel(0, HERE, "10.20.0.0/16"), tunnel(0, new InetSocketAddress("192.0.2.2", 51820), "10.20.0.0/16"));
        assertThat(change.privateKey()).isNull();
        assertThat(change.peers()).extracting(TunnelChange.PeerChange::allowed).containsExactly(false);
    }

    @Test
    void a_peer_that_is_not_wanted_any_more_goes() {
        var change = TunnelChange.between(tunnel(0, HERE, "10.20.0.0/16"), new Tunnel(OWN, 0, List.of()));
        assertThat(change.removed()).containsExactly(PEER);
        assertThat(change.peers()).isEmpty();
    }

    @Test
    void a_fresh_link_gets_everything() {
        var change = TunnelChange.between(null, tunnel(51820, HERE, "10.20.0.0/16"));
        assertThat(change.privateKey()).isEqualTo(OWN);
        assertThat(change.listenPort()).isEqualTo(51820);
        assertThat(change.peers()).extracting(TunnelChange.PeerChange::allowed).containsExactly(true);
    }
}
