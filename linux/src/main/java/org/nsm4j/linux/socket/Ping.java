package org.nsm4j.linux.socket;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.Descriptor;
import org.nsm4j.linux.ffi.Libc;
import org.nsm4j.linux.ffi.Sockets;
import org.nsm4j.linux.netns.OpenNetns;

/**
 * Asks an address whether it answers, from within a namespace (ICMP echo, RFC 792 and RFC 4443). For one thread, and for a
 * platform thread where it may have to wait; it keeps the namespace alive until closed.
 */
public final class Ping implements AutoCloseable {
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;
    private static final int SIZE = 8;
    private static final AtomicInteger IDENTIFIERS = new AtomicInteger(1);

    private final Descriptor socket;
    private final InetAddress target;
    private final boolean ipv4;
    private final short identifier = (short) IDENTIFIERS.getAndIncrement();
    private short sequence;

    private Ping(Descriptor socket, InetAddress target) {
        this.socket = socket;
        this.target = target;
        this.ipv4 = target instanceof Inet4Address;
    }

    /**
     * Opens a socket that hears that address only.
     *
     * @throws KernelRefused ENETUNREACH where the namespace has no route to it, EPERM without CAP_NET_RAW
     */
    public static Ping open(OpenNetns netns, InetAddress target) {
        boolean ipv4 = target instanceof Inet4Address;
        int family = ipv4 ? Sockets.AF_INET : Sockets.AF_INET6;
        int protocol = ipv4 ? ICMP : ICMPV6;
        String attempt = "ping " + target.getHostAddress() + " from netns " + netns;
        int fd = netns.inside(() -> Sockets.socket(family, Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC, protocol));
        Descriptor socket = Descriptor.owning(KernelRefused.check(fd, () -> attempt));
        int connected = Sockets.connect(fd, socketAddress(target));
        if (connected < 0) {
            socket.close();
            throw new KernelRefused(attempt, -connected, "");
        }
        return new Ping(socket, target);
    }

    /** {@code struct sockaddr_in} or {@code sockaddr_in6}, without a port. */
    private static ByteBuffer socketAddress(InetAddress target) {
        boolean ipv4 = target instanceof Inet4Address;
        ByteBuffer address = ByteBuffer.allocateDirect(ipv4 ? 16 : 28).order(ByteOrder.nativeOrder());
        address.putShort(0, (short) (ipv4 ? Sockets.AF_INET : Sockets.AF_INET6));
        return address.put(ipv4 ? 4 : 8, target.getAddress());
    }

    /**
     * Sends one echo and waits for its answer.
     *
     * @param patience how long to wait at most, to the millisecond
     * @return the time that it took, empty where no answer came or the way there is known to be cut
     */
    public Optional<Duration> probe(Duration patience) {
        sequence++;
        long start = System.nanoTime();
        int sent = Sockets.send(socket.number(), echo(), Sockets.MSG_NOSIGNAL);
        if (sent < 0) {
            KernelRefused refused = new KernelRefused("ping " + target.getHostAddress(), -sent, "");
            if (refused.is(Errno.ENETUNREACH, Errno.EHOSTUNREACH, Errno.ENETDOWN)) {
                return Optional.empty();
            }
            throw refused;
        }
        ByteBuffer answer = ByteBuffer.allocateDirect(2048);
        while (true) {
            long left = patience.toMillis() - (System.nanoTime() - start) / 1_000_000;
            // looked at once at least: a thread that was not let run for long may find the answer waiting
            if (Libc.poll((int) Math.clamp(left, 0, Integer.MAX_VALUE), socket.number()) <= 0) {
                return Optional.empty();
            }
            answer.clear();
            int length = Sockets.receive(socket.number(), answer, Sockets.MSG_DONTWAIT);
            if (length >= 0 && isAnswer(answer.limit(length))) {
                return Optional.of(Duration.ofNanos(System.nanoTime() - start));
            }
        }
    }

    private ByteBuffer echo() {
        ByteBuffer echo = ByteBuffer.allocateDirect(SIZE);
        echo.put(0, (byte) (ipv4 ? 8 : 128)).putShort(4, identifier).putShort(6, sequence);
        if (ipv4) {
            // The kernel fills in ICMPv6's checksum, which covers addresses, but not ICMP's (RFC 1071).
            int sum = Short.toUnsignedInt(echo.getShort(0)) + (identifier & 0xffff) + (sequence & 0xffff);
            sum = (sum & 0xffff) + (sum >>> 16);
            echo.putShort(2, (short) ~((sum & 0xffff) + (sum >>> 16)));
        }
        return echo;
    }

    /** A raw IPv4 socket hears the IP header as well, an IPv6 one does not. */
    private boolean isAnswer(ByteBuffer packet) {
        int at = ipv4 && packet.limit() > 0 ? (packet.get(0) & 0x0f) * 4 : 0;
        return packet.limit() >= at + SIZE
                && Byte.toUnsignedInt(packet.get(at)) == (ipv4 ? 0 : 129)
                && packet.getShort(at + 4) == identifier
                && packet.getShort(at + 6) == sequence;
    }

    @Override
    public void close() {
        socket.close();
    }
}
