package org.nsm4j.grpc.passing;

import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** A unix socket that listens; what it accepts are {@link PassingChannel}s. */
public final class ListeningChannel extends UnixChannel implements ServerChannel {
    /** How many may wait to be accepted; the kernel's own limit, usually 4096, counts beside it. */
    private static final int BACKLOG = 1024;
    /** The most that are accepted before others on the loop have their turn. */
    private static final int MOST_AT_ONCE = 16;

    private @Nullable SocketAddress local;

    /** Not bound yet. */
    public ListeningChannel() {
        super(null, Socket.newSocketDomain(), false);
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        socket.bind(address);
        socket.listen(BACKLOG);
        local = address;
        activate();
    }

    @Override
    void readReady() {
        @Nullable Throwable failure = null;
        boolean any = false;
        try {
            for (int number = 0; number < MOST_AT_ONCE && isOpen(); number++) {
                int accepted = socket.accept(new byte[Socket.UDS_SUN_PATH_SIZE + 1]);
                if (accepted < 0) {
                    break;
                }
                any = true;
                pipeline().fireChannelRead(new PassingChannel(this, new Socket(accepted)));
            }
        } catch (IOException e) {
            failure = e; // too many open files, mostly: the acceptor pauses for a second
        }
        pipeline().fireChannelReadComplete();
        if (failure != null) {
            pipeline().fireExceptionCaught(failure);
        }
        readDone(any);
    }

    @Override
    void writeReady() {}

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        throw new UnsupportedOperationException("a socket that listens carries no bytes");
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new Handle() {};
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return local;
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return null;
    }
}
