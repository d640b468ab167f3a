package org.nsm4j.functions.vpn;

import java.time.Duration;
import java.time.Instant;
import org.nsm4j.linux.wireguard.Tunnel;

/**
 * Whether the company's side answers, told by the age of the last handshake.
 *
 * @param peer the other side's public key, in Base64
 * @param state what the age means
 * @param age of the last handshake; zero where there was none
 */
public record TunnelHealth(String peer, State state, Duration age) {
    /** A session older than this carries nothing any more (REJECT_AFTER_TIME of the WireGuard paper, §6.1). */
    public static final Duration SESSION = Duration.ofSeconds(180);

    /** What the age of a handshake means. */
    public enum State {
        /** The session is good. */
        OK,
        /** The other side has never answered: wrong key, address or port, or it is down. */
        NEVER,
        /** It answered once; with keep-alives, which a gateway sends unless switched off, it does not any more. */
        STALE
    }

    static TunnelHealth of(Tunnel.PeerState peer, Instant now) {
        var key = peer.publicKey().base64();
        if (peer.lastHandshake() == 0) {
            return new TunnelHealth(key, State.NEVER, Duration.ZERO);
        }
        var age = Duration.ofSeconds(Math.max(0, now.getEpochSecond() - peer.lastHandshake()));
        return new TunnelHealth(key, age.compareTo(SESSION) <= 0 ? State.OK : State.STALE, age);
    }
}
