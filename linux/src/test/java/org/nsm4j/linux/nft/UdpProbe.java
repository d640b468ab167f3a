package org.nsm4j.linux.nft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.OpenNetns;
import org.nsm4j.linux.socket.ChannelsInside;

/** Sends datagrams from one namespace to another and sees whether one comes. */
final class UdpProbe {
    private static final long SILENCE_MILLIS = 300;
    private static final long PATIENCE_MILLIS = 10_000;

    private UdpProbe() {}

    /** Whether a datagram comes, however long it takes on a machine that is busy. */
    static boolean arrives(Netns from, Netns to, InetAddress address, int port) {
        return comes(from, to, new InetSocketAddress(address, port), PATIENCE_MILLIS);
    }

    /** Whether no datagram comes for a while. */
    static boolean isLost(Netns from, Netns to, InetAddress address, int port) {
        return !comes(from, to, new InetSocketAddress(address, port), SILENCE_MILLIS);
    }

    private static boolean comes(Netns from, Netns to, InetSocketAddress target, long millis) {
        try (OpenNetns openFrom = from.open();
                OpenNetns openTo = to.open();
                DatagramChannel sender = ChannelsInside.datagram(openFrom);
                DatagramChannel receiver = ChannelsInside.datagram(openTo);
                Selector selector = Selector.open()) {
            receiver.bind(target);
            receiver.configureBlocking(false);
            receiver.register(selector, SelectionKey.OP_READ);
            sender.send(ByteBuffer.allocateDirect(1), target);
            return selector.select(millis) == 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
