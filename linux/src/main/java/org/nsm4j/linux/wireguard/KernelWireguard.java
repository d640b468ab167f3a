package org.nsm4j.linux.wireguard;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.netlink.Attributes;
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
    private static final int DEVICE_FLAGS = 5;
    private static final int DEVICE_PORT = 6;
    private static final int DEVICE_PEERS = 8;
    private static final int REPLACE_PEERS = 1;

    private static final int PEER_PUBLIC_KEY = 1;
    private static final int PEER_PRESHARED_KEY = 2;
    private static final int PEER_FLAGS = 3;
    private static final int PEER_ENDPOINT = 4;
    private static final int PEER_KEEPALIVE = 5;
    private static final int PEER_HANDSHAKE = 6;
    private static final int PEER_RECEIVED = 7;
    private static final int PEER_SENT = 8;
    private static final int PEER_ALLOWED = 9;
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
        try (var socket = open()) {
            var request = new Request(
                    () -> "configure WireGuard link " + link + " in netns " + netns,
                    family(socket),
                    0,
                    out -> write(out, link, tunnel));
            Outcome.requireAll(socket.exchange(List.of(request)));
        }
    }

    private static void write(MessageWriter out, String link, Tunnel tunnel) {
        out.u8(SET_DEVICE).u8(1).u16(0);
        out.text(DEVICE_NAME, link);
        out.bytes(DEVICE_PRIVATE_KEY, tunnel.privateKey().bytes());
        out.bytes(DEVICE_PORT, u16(tunnel.listenPort()));
        out.i32(DEVICE_FLAGS, REPLACE_PEERS);
        out.nest(DEVICE_PEERS, () -> {
            for (var peer : tunnel.peers()) {
                out.nest(0, () -> write(out, peer));
            }
        });
    }

    private static void write(MessageWriter out, Tunnel.Peer peer) {
        out.bytes(PEER_PUBLIC_KEY, peer.publicKey().bytes());
        out.i32(PEER_FLAGS, REPLACE_ALLOWED);
        if (peer.presharedKey() != null) {
            out.bytes(PEER_PRESHARED_KEY, peer.presharedKey().bytes());
        }
        if (peer.endpoint() != null) {
            out.bytes(PEER_ENDPOINT, sockaddr(peer.endpoint()));
        }
        out.bytes(PEER_KEEPALIVE, u16(peer.keepalive()));
        out.nest(PEER_ALLOWED, () -> {
            for (var prefix : peer.allowed()) {
                out.nest(0, () -> write(out, prefix));
            }
        });
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
    public List<Tunnel.PeerState> peers(String link) {
        var states = new ArrayList<Tunnel.PeerState>();
        try (var socket = open()) {
            var request = new Request(
                    () -> "show WireGuard link " + link + " in netns " + netns,
                    family(socket),
                    0,
                    out -> out.u8(GET_DEVICE).u8(1).u16(0).text(DEVICE_NAME, link));
            socket.dump(request, message -> {
                read(message.attributes(GENERIC_HEADER), states);
                return null;
            });
        }
        return states;
    }

    private static void read(Attributes device, List<Tunnel.PeerState> states) {
        var peers = device.raw(DEVICE_PEERS);
        if (peers == null) {
            return;
        }
        Attributes.forEach(peers, (content, type) -> {
            var peer = Attributes.parse(content);
            byte[] key = peer.bytes(PEER_PUBLIC_KEY);
            if (key != null) {
                var handshake = peer.raw(PEER_HANDSHAKE);
                states.add(new Tunnel.PeerState(
                        WireguardKey.of(key),
                        handshake == null ? 0 : handshake.getLong(0),
                        u64(peer, PEER_RECEIVED),
                        u64(peer, PEER_SENT)));
            }
        });
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
