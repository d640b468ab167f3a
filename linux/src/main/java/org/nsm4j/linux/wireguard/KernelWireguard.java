package org.nsm4j.linux.wireguard;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.netlink.Attributes;
import org.nsm4j.linux.netlink.MalformedMessage;
import org.nsm4j.linux.netlink.MessageWriter;
import org.nsm4j.linux.netlink.NetlinkSocket;
import org.nsm4j.linux.netlink.Outcome;
import org.nsm4j.linux.netlink.Request;
import org.nsm4j.linux.netns.Netns;

/** The kernel's own WireGuard, over generic netlink ({@code linux/wireguard.h}). */
public final class KernelWireguard implements WireguardControl {
    private static final int CONTROL = 16;
    private static final int GET_FAMILY = 3;
    private static final int FAMILY_ID = 1;
    private static final int FAMILY_NAME = 2;
    private static final int GENERIC_HEADER = 4;

    private static final int GET_DEVICE = 0;
    private static final int SET_DEVICE = 1;
    private static final int DEVICE_NAME = 2;
    private static final int DEVICE_PRIVATE_KEY = 3;
    private static final int DEVICE_PORT = 6;
    private static final int DEVICE_PEERS = 8;

    private static final int PEER_PUBLIC_KEY = 1;
    private static final int PEER_PRESHARED_KEY = 2;
    private static final int PEER_FLAGS = 3;
    private static final int PEER_ENDPOINT = 4;
    private static final int PEER_KEEPALIVE = 5;
    private static final int PEER_HANDSHAKE = 6;
    private static final int PEER_RECEIVED = 7;
    private static final int PEER_SENT = 8;
    private static final int PEER_ALLOWED = 9;
    private static final int REMOVE_PEER = 1;
    private static final int REPLACE_ALLOWED = 2;

    private static final int ALLOWED_FAMILY = 1;
    private static final int ALLOWED_ADDRESS = 2;
    private static final int ALLOWED_LENGTH = 3;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private final Netns netns;

    /** Controls the links of a namespace. */
    public KernelWireguard(Netns netns) {
        this.netns = netns;
    }

    /** Whether this kernel has WireGuard, loaded or built in. */
    public static boolean present() {
        try (var socket = NetlinkSocket.open(NetlinkSocket.GENERIC, "the node")) {
            family(socket);
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
        try (var socket = open()) {
            var request = new Request(
                    () -> "configure WireGuard link " + link + " in netns " + netns,
                    family(socket),
                    0,
                    out -> write(out, link, change));
            Outcome.requireAll(socket.exchange(List.of(request)));
        }
    }

    private static void write(MessageWriter out, String link, TunnelChange change) {
        out.u8(SET_DEVICE).u8(1).u16(0);
        out.text(DEVICE_NAME, link);
        if (change.privateKey() != null) {
            out.bytes(DEVICE_PRIVATE_KEY, change.privateKey().bytes());
        }
        if (change.listenPort() != null) {
            out.bytes(DEVICE_PORT, u16(change.listenPort()));
        }
        out.nest(DEVICE_PEERS, () -> {
            for (var key : change.removed()) {
                out.nest(0, () -> out.bytes(PEER_PUBLIC_KEY, key.bytes()).i32(PEER_FLAGS, REMOVE_PEER));
            }
            for (var peer : change.peers()) {
                out.nest(0, () -> write(out, peer.peer(), peer.allowed()));
            }
        });
    }

    private static void write(MessageWriter out, Tunnel.Peer peer, boolean allowed) {
        out.bytes(PEER_PUBLIC_KEY, peer.publicKey().bytes());
        out.i32(PEER_FLAGS, allowed ? REPLACE_ALLOWED : 0);
        var preshared = peer.presharedKey();
        out.bytes(PEER_PRESHARED_KEY, preshared == null ? new byte[WireguardKey.SIZE] : preshared.bytes());
        var endpoint = peer.endpoint();
        if (endpoint != null) {
            out.bytes(PEER_ENDPOINT, sockaddr(endpoint));
        }
        out.bytes(PEER_KEEPALIVE, u16(peer.keepalive()));
        if (allowed) {
            out.nest(PEER_ALLOWED, () -> {
                for (var prefix : peer.allowed()) {
                    out.nest(0, () -> write(out, prefix));
                }
            });
        }
    }

    private static void write(MessageWriter out, Prefix prefix) {
        out.bytes(ALLOWED_FAMILY, u16(prefix.isIpv4() ? AF_INET : AF_INET6));
        out.address(ALLOWED_ADDRESS, prefix.address());
        out.u8(ALLOWED_LENGTH, prefix.length());
    }

    private static byte[] u16(int value) {
        return ByteBuffer.allocate(2)
                .order(ByteOrder.nativeOrder())
                .putShort((short) value)
                .array();
    }

    /** {@code struct sockaddr_in} of 16 bytes or {@code sockaddr_in6} of 28. */
    private static byte[] sockaddr(InetSocketAddress address) {
        boolean ipv4 = address.getAddress() instanceof Inet4Address;
        var bytes = ByteBuffer.allocate(ipv4 ? 16 : 28);
        bytes.order(ByteOrder.nativeOrder()).putShort((short) (ipv4 ? AF_INET : AF_INET6));
        bytes.order(ByteOrder.BIG_ENDIAN).putShort((short) address.getPort());
        if (!ipv4) {
            bytes.putInt(0);
        }
        return bytes.put(address.getAddress().getAddress()).array();
    }

    @Override
    public Optional<Tunnel> read(String link) {
        return list(link).tunnel();
    }

    @Override
    public List<Tunnel.PeerState> peers(String link) {
        return list(link).states();
    }

    private Listing list(String link) {
        var listing = new Listing();
        try (var socket = open()) {
            var request = new Request(
                    () -> "show WireGuard link " + link + " in netns " + netns,
                    family(socket),
                    0,
                    out -> out.u8(GET_DEVICE).u8(1).u16(0).text(DEVICE_NAME, link));
            socket.dump(request, message -> {
                read(message.attributes(GENERIC_HEADER), listing);
                return null;
            });
        }
        return listing;
    }

    /** A device that does not fit into one message goes on in the next, a peer likewise. */
    private static void read(Attributes device, Listing listing) {
        var key = device.bytes(DEVICE_PRIVATE_KEY);
        if (key != null) {
            listing.privateKey(WireguardKey.of(key));
        }
        listing.listenPort(u16(device, DEVICE_PORT));
        var peers = device.raw(DEVICE_PEERS);
        if (peers != null) {
            Attributes.forEach(peers, (content, type) -> readPeer(Attributes.parse(content), listing));
        }
    }

    private static void readPeer(Attributes peer, Listing listing) {
        var key = peer.bytes(PEER_PUBLIC_KEY);
        if (key == null) {
            return;
        }
        var lines = listing.peer(WireguardKey.of(key));
        var preshared = peer.bytes(PEER_PRESHARED_KEY);
        if (preshared != null) {
            lines.presharedKey = WireguardKey.orNone(WireguardKey.of(preshared));
        }
        var endpoint = peer.raw(PEER_ENDPOINT);
        if (endpoint != null) {
            lines.endpoint = endpoint(endpoint);
        }
        if (peer.has(PEER_KEEPALIVE)) {
            lines.keepalive = u16(peer, PEER_KEEPALIVE);
        }
        var handshake = peer.raw(PEER_HANDSHAKE);
        if (handshake != null) {
            lines.handshake = handshake.getLong(0);
            lines.received = u64(peer, PEER_RECEIVED);
            lines.sent = u64(peer, PEER_SENT);
        }
        var allowed = peer.raw(PEER_ALLOWED);
        if (allowed != null) {
            Attributes.forEach(allowed, (content, type) -> {
                var prefix = Attributes.parse(content);
                var address = prefix.address(ALLOWED_ADDRESS);
                if (address != null) {
                    lines.allowed.add(new Prefix(address, prefix.u8(ALLOWED_LENGTH, 0)));
                }
            });
        }
    }

    private static InetSocketAddress endpoint(ByteBuffer sockaddr) {
        boolean ipv4 = sockaddr.getShort(0) == AF_INET;
        byte[] address = new byte[ipv4 ? 4 : 16];
        sockaddr.get(ipv4 ? 4 : 8, address);
        int port = Short.toUnsignedInt(
                sockaddr.duplicate().order(ByteOrder.BIG_ENDIAN).getShort(2));
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new MalformedMessage("an endpoint of %d bytes (expected: 16 or 28)".formatted(sockaddr.limit()));
        }
    }

    private static int u16(Attributes in, int type) {
        var content = in.raw(type);
        return content == null ? 0 : Short.toUnsignedInt(content.getShort(0));
    }

    private static long u64(Attributes peer, int type) {
        var content = peer.raw(type);
        return content == null ? 0 : content.getLong(0);
    }

    private NetlinkSocket open() {
        return netns.inside(() -> NetlinkSocket.open(NetlinkSocket.GENERIC, netns.toString()));
    }

    /** The number that this kernel gave the protocol; asking for it loads the module. */
    private static int family(NetlinkSocket socket) {
        var request = new Request(
                () -> "find the kernel's WireGuard",
                CONTROL,
                0,
                out -> out.u8(GET_FAMILY).u8(1).u16(0).text(FAMILY_NAME, "wireguard"));
        return socket.query(
                        request,
                        message -> {
                            var id = message.attributes(GENERIC_HEADER).raw(FAMILY_ID);
                            return id == null ? null : Short.toUnsignedInt(id.getShort(0));
                        },
                        Errno.ENOENT)
                .orElseThrow(() -> new KernelRefused("find the kernel's WireGuard", Errno.ENOENT));
    }
}
