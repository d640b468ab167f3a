package org.nsm4j.linux.wireguard;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Prefix;

/**
 * A WireGuard program in user space, over the cross-platform control socket that wireguard-go and others share. The
 * sockets of all namespaces lie in one folder: a link's name must be unique on the host.
 */
public final class UserspaceWireguard implements WireguardControl {
    private static final Path FOLDER = Path.of("/var/run/wireguard");
    private static final int MOST = 1 << 20;

    /** Where the program that carries a link listens. */
    public static Path socket(String link) {
        return FOLDER.resolve(link + ".sock");
    }

    /** Whether a program answers for the link. */
    public static boolean answers(String link) {
        try {
            ask(link, "get=1\n\n");
            return true;
        } catch (KernelRefused e) {
            return false;
        }
    }

    @Override
    public void configure(String link, Tunnel tunnel) {
        var text = new StringBuilder("set=1\n");
        text.append("private_key=").append(tunnel.privateKey().hex()).append('\n');
        if (tunnel.listenPort() > 0) {
            text.append("listen_port=").append(tunnel.listenPort()).append('\n');
        }
        text.append("replace_peers=true\n");
        tunnel.peers().forEach(peer -> write(text, peer));
        ask(link, text.append('\n').toString());
    }

    private static void write(StringBuilder text, Tunnel.Peer peer) {
        text.append("public_key=").append(peer.publicKey().hex()).append('\n');
        if (peer.presharedKey() != null) {
            text.append("preshared_key=").append(peer.presharedKey().hex()).append('\n');
        }
        var endpoint = peer.endpoint();
        if (endpoint != null) {
            var host = endpoint.getAddress().getHostAddress();
            text.append("endpoint=")
                    .append(host.contains(":") ? "[" + host + "]" : host)
                    .append(':')
                    .append(endpoint.getPort())
                    .append('\n');
        }
        text.append("persistent_keepalive_interval=").append(peer.keepalive()).append('\n');
        text.append("replace_allowed_ips=true\n");
        for (Prefix prefix : peer.allowed()) {
            text.append("allowed_ip=").append(prefix).append('\n');
        }
    }

    @Override
    public List<Tunnel.PeerState> peers(String link) {
        var states = new ArrayList<Tunnel.PeerState>();
        @Nullable WireguardKey key = null;
        long handshake = 0;
        long received = 0;
        long sent = 0;
        for (var line : (ask(link, "get=1\n\n") + "public_key=\n").split("\n")) {
            int equals = line.indexOf('=');
            var value = line.substring(equals + 1);
            switch (equals < 0 ? "" : line.substring(0, equals)) {
                case "public_key" -> {
                    if (key != null) {
                        states.add(new Tunnel.PeerState(key, handshake, received, sent));
                    }
                    key = value.isEmpty() ? null : WireguardKey.parseHex(value);
                    handshake = received = sent = 0;
                }
                case "last_handshake_time_sec" -> handshake = Long.parseLong(value);
                case "rx_bytes" -> received = Long.parseLong(value);
                case "tx_bytes" -> sent = Long.parseLong(value);
                default -> {}
            }
        }
        return states;
    }

    /** Sends a command and returns what comes before {@code errno=0}. */
    private static String ask(String link, String command) {
        var attempt = "control WireGuard link " + link + " at " + socket(link);
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket(link)));
            var out = ByteBuffer.wrap(command.getBytes(StandardCharsets.US_ASCII));
            while (out.hasRemaining()) {
                channel.write(out);
            }
            return answer(channel, attempt);
        } catch (IOException e) {
            var refused = new KernelRefused(
                    attempt,
                    Errno.ENOENT.code(),
                    e.getMessage() + " (expected: a WireGuard program that listens there)");
            refused.initCause(e);
            throw refused;
        }
    }

    private static String answer(SocketChannel channel, String attempt) throws IOException {
        var all = new ByteArrayOutputStream();
        var in = ByteBuffer.allocate(4096);
        while (channel.read(in.clear()) >= 0 && all.size() < MOST) {
            all.write(in.array(), 0, in.position());
            var text = all.toString(StandardCharsets.US_ASCII);
            if (text.endsWith("\n\n")) {
                int at = text.lastIndexOf("errno=");
                int errno = at < 0
                        ? Errno.EPROTO.code()
                        : Math.abs(Integer.parseInt(text.substring(at + 6).strip()));
                if (errno != 0) {
                    throw new KernelRefused(attempt, errno, "");
                }
                return text.substring(0, at);
            }
        }
        throw new KernelRefused(attempt, Errno.EPROTO.code(), "the answer broke off");
    }
}
