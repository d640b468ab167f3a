package org.nsm4j.linux.wireguard;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Prefix;

/**
 * A WireGuard program in user space, over the cross-platform control socket that wireguard-go and others share. The
 * sockets of all namespaces lie in one folder: a link's name must be unique on the host.
 */
public final class UserspaceWireguard implements WireguardControl {
    private static final Path FOLDER = Path.of("/var/run/wireguard");
    private static final String GET = "get=1\n\n";
    private static final String NO_KEY = "0".repeat(64);
    private static final int MOST = 1 << 20;

    /** Where the program that carries a link listens. */
    public static Path socket(String link) {
        return FOLDER.resolve(link + ".sock");
    }

    /** Whether a program answers for the link. */
    public static boolean answers(String link) {
        try {
            ask(link, GET);
            return true;
        } catch (KernelRefused e) {
            return false;
        }
    }

    @Override
    public void configure(String link, Tunnel tunnel) {
        var change = TunnelChange.between(read(link).orElse(null), tunnel);
        if (change.isEmpty()) {
            return;
        }
        var text = new StringBuilder("set=1\n");
        if (change.privateKey() != null) {
            text.append("private_key=").append(change.privateKey().hex()).append('\n');
        }
        if (change.listenPort() != null) {
            text.append("listen_port=").append(change.listenPort()).append('\n');
        }
        for (var key : change.removed()) {
            text.append("public_key=").append(key.hex()).append("\nremove=true\n");
        }
        change.peers().forEach(peer -> write(text, peer.peer(), peer.allowed()));
        ask(link, text.append('\n').toString());
    }

    private static void write(StringBuilder text, Tunnel.Peer peer, boolean allowed) {
        text.append("public_key=").append(peer.publicKey().hex()).append('\n');
        var preshared = peer.presharedKey();
        text.append("preshared_key=")
                .append(preshared == null ? NO_KEY : preshared.hex())
                .append('\n');
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
        if (!allowed) {
            return;
        }
        text.append("replace_allowed_ips=true\n");
        for (Prefix prefix : peer.allowed()) {
            text.append("allowed_ip=").append(prefix).append('\n');
        }
    }

    @Override
    public Optional<Tunnel> read(String link) {
        return Listing.of(ask(link, GET)).tunnel();
    }

    @Override
    public List<Tunnel.PeerState> peers(String link) {
        return Listing.of(ask(link, GET)).states();
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
