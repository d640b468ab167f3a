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

/** Sends a datagram from one namespace to another and sees whether it comes. */
final class UdpProbe {
    private static final long SILENCE_MILLIS = 300;

    private UdpProbe() {}

    static boolean arrives(Netns from, Netns to, InetAddress address, int port) {
        try (OpenNetns openFrom = from.open();
                OpenNetns openTo = to.open();
                DatagramChannel sender = ChannelsInside.datagram(openFrom);
                DatagramChannel receiver = ChannelsInside.datagram(openTo);
                Selector selector = Selector.open()) {
            receiver.bind(new InetSocketAddress(address, port));
            receiver.configureBlocking(false);
            receiver.register(selector, SelectionKey.OP_READ);
            sender.send(ByteBuffer.allocateDirect(1), new InetSocketAddress(address, port));
            return selector.select(SILENCE_MILLIS) == 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
