package org.nsm4j.linux.socket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.nsm4j.linux.netns.OpenNetns;

/**
 * The JDK's own channels, born in another namespace and used from anywhere. Each keeps its namespace alive until closed.
 */
public final class ChannelsInside {
    static {
        // The first channel of a kind makes the JDK prepare itself, which must not happen inside a foreign namespace.
        open(DatagramChannel::open, "prepare UDP");
        open(SocketChannel::open, "prepare TCP");
        open(ServerSocketChannel::open, "prepare TCP servers");
    }

    private ChannelsInside() {}

    /** A UDP socket, unbound, for IPv4 and IPv6. */
    public static DatagramChannel datagram(OpenNetns netns) {
        return netns.inside(() -> born(DatagramChannel::open, "open a UDP socket in netns " + netns));
    }

    /** A TCP socket, unconnected, for IPv4 and IPv6. */
    public static SocketChannel stream(OpenNetns netns) {
        return netns.inside(() -> born(SocketChannel::open, "open a TCP socket in netns " + netns));
    }

    /** A TCP server, unbound, for IPv4 and IPv6. */
    public static ServerSocketChannel server(OpenNetns netns) {
        return netns.inside(() -> born(ServerSocketChannel::open, "open a TCP server in netns " + netns));
    }

    private interface Opening<T> {
        T open() throws IOException;
    }

    private static void open(Opening<? extends Channel> opening, String attempt) {
        try {
            born(opening, attempt).close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot " + attempt, e);
        }
    }

    private static <T> T born(Opening<T> opening, String attempt) {
        try {
            return opening.open();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot " + attempt + ": " + e.getMessage(), e);
        }
    }
}
