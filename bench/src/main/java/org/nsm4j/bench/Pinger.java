package org.nsm4j.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.nsm4j.linux.netns.Netns;

/**
 * Sends a small packet over a wire every millisecond, whatever comes back, and has it sent back at the other end; knows which
 * came back. ({@code ping -i 0.001} sends ten times slower while nothing comes back, and so counts too few.) What the kernel
 * had to drop at one of the two sockets, since this program did not get to read it, is not lost by the wire.
 */
final class Pinger implements AutoCloseable {
    private static final long INTERVAL = 1_000_000;
    private static final int PORT = 7007;
    /** What was sent so shortly before the end may be on its way. */
    private static final Duration UNDER_WAY = Duration.ofMillis(300);

    /** As large as the kernel allows without a privilege. */
    private static final int BUFFER = 1 << 22;

    private static final int MOST = Math.toIntExact(Duration.ofHours(1).toMillis());

    private final String from;
    private final String to;
    private final String address;
    private final DatagramChannel near;
    private final DatagramChannel far;
    private final AtomicLongArray sentAt = new AtomicLongArray(MOST);
    private final AtomicLongArray answered = new AtomicLongArray(MOST);
    private volatile int next;

    /**
     * What became of packets.
     *
     * @param sent how many
     * @param lost how many did not come back
     * @param gap the longest time without one that did, in milliseconds; 0 where none was lost
     */
    record Result(int sent, int lost, double gap) {}

    private Pinger(String from, String to, String address) throws IOException {
        var target = new InetSocketAddress(InetAddress.ofLiteral(address), PORT);
        this.from = from;
        this.to = to;
        this.address = address;
        this.far = socket(to);
        far.bind(target);
        this.near = socket(from);
        near.connect(target);
    }

    /**
     * Starts.
     *
     * @param from the host that sends
     * @param to the host that sends back
     * @param address of the latter
     */
    static Pinger start(String from, String to, String address) {
        try {
            var pinger = new Pinger(from, to, address);
            Thread.ofPlatform().daemon().name("echo " + to).start(pinger::echo);
            Thread.ofPlatform().daemon().name("listen " + from).start(pinger::listen);
            Thread.ofPlatform().daemon().name("send " + from).start(pinger::send);
            return pinger;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot ping %s from %s".formatted(address, from), e);
        }
    }

    /** A socket belongs to the namespace that it was opened in. */
    private static DatagramChannel socket(String host) {
        try (var netns = Netns.named(host).open()) {
            return netns.inside(() -> {
                try {
                    return DatagramChannel.open().setOption(StandardSocketOptions.SO_RCVBUF, BUFFER);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    private void echo() {
        var packet = ByteBuffer.allocate(64);
        while (true) {
            try {
                packet.clear();
                var from = far.receive(packet);
                packet.flip();
                far.send(packet, from);
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // the way back is cut: the packet is lost
            }
        }
    }

    private void listen() {
        var packet = ByteBuffer.allocate(64);
        while (true) {
            try {
                packet.clear();
                near.read(packet);
                answered.set(packet.getInt(0), System.nanoTime());
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // an ICMP error: a packet is lost
            }
        }
    }

    private void send() {
        var packet = ByteBuffer.allocate(4);
        long due = System.nanoTime();
        while (next < MOST) {
            try {
                packet.clear().putInt(next).flip();
                sentAt.set(next, System.nanoTime());
                near.write(packet);
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // the way there is cut: the packet is lost
            }
            next++;
            due = Math.max(due + INTERVAL, System.nanoTime() - 10 * INTERVAL);
            LockSupport.parkNanos(due - System.nanoTime());
        }
    }

    /** The address that it sends to. */
    String address() {
        return address;
    }

    /** The same between the same hosts, to another address. */
    Pinger towards(String other) {
        return start(from, to, other);
    }

    /**
     * A moment.
     *
     * @param next the number of the next packet
     * @param dropped how many the sockets had to drop until then
     */
    record Mark(int next, long dropped) {}

    /** Now. */
    Mark mark() {
        return new Mark(next, dropped());
    }

    /** What arrived at the sockets while this program did not read. */
    private long dropped() {
        return dropped(from) + dropped(to);
    }

    private static long dropped(String host) {
        try {
            return Site.output(host, List.of("cat", "/proc/net/udp"))
                    .lines()
                    .skip(1)
                    .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot ask for dropped packets", e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What became of the packets from a mark until now; waits a little for the last answers. */
    Result since(Mark mark) {
        int until = next;
        LockSupport.parkNanos(UNDER_WAY.toNanos());
        int lost = 0;
        double gap = 0;
        long last = sentAt.get(mark.next);
        for (int i = mark.next; i < until; i++) {
            boolean there = answered.get(i) != 0;
            lost += there ? 0 : 1;
            if (there || i + 1 == until) {
                gap = Math.max(gap, (sentAt.get(i) - last) / 1e6);
                last = sentAt.get(i);
            }
        }
        int dropped = Math.toIntExact(Math.min(lost, dropped() - mark.dropped));
        lost -= dropped;
        return new Result(until - mark.next, lost, lost == 0 ? 0 : gap);
    }

    /** Whether the packets of the last moment came back. */
    boolean isAnswered() {
        int until = next;
        LockSupport.parkNanos(UNDER_WAY.toNanos());
        int from = Math.max(0, until - 50);
        return until > from
                && Arrays.stream(new int[] {from, (from + until) / 2, until - 1})
                        .allMatch(i -> answered.get(i) != 0);
    }

    @Override
    public void close() {
        try {
            near.close();
            far.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot end a pinger", e);
        }
    }
}
