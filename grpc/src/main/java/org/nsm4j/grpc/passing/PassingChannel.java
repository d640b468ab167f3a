package org.nsm4j.grpc.passing;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.IovArray;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannelUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.socket.DescriptorStream;

/**
 * A connected unix socket whose bytes bring files along, and take files along (wire §8): bytes as ever for those above, be
 * it TLS or HTTP/2; the files go to and come from its {@link Passage}.
 */
public final class PassingChannel extends UnixChannel {
    /** The most buffers that one write takes. */
    private static final int MOST_BUFFERS = 64;

    private final DescriptorStream stream;
    private final IovArray vector = new IovArray(MOST_BUFFERS);
    private final Passage passage = new Passage(this);
    private final Runnable again = this::writeReady;

    /** Not connected yet. */
    public PassingChannel() {
        this(Socket.newSocketDomain());
    }

    private PassingChannel(Socket socket) {
        super(null, socket, false);
        stream = new DescriptorStream(socket.intValue());
    }

    PassingChannel(Channel parent, Socket accepted) {
        super(parent, accepted, true);
        stream = new DescriptorStream(accepted.intValue());
    }

    /** The files that go with this connection. */
    public Passage passage() {
        return passage;
    }

    @Override
    void readReady() {
        var handle = unsafe().recvBufAllocHandle();
        handle.reset(config());
        boolean any = false;
        boolean ended = false;
        Throwable failure = null;
        ByteBuf buffer = null;
        try {
            do {
                buffer = alloc().directBuffer(handle.guess());
                handle.attemptedBytesRead(buffer.writableBytes());
                int bytes = receive(buffer);
                handle.lastBytesRead(bytes);
                if (bytes <= 0) {
                    ended = bytes == 0;
                    break;
                }
                any = true;
                handle.incMessagesRead(1);
                var full = buffer;
                buffer = null;
                pipeline().fireChannelRead(full);
            } while (isOpen() && handle.continueReading());
        } catch (KernelRefused e) {
            failure = new IOException(e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        if (buffer != null) {
            buffer.release();
        }
        handle.readComplete();
        pipeline().fireChannelReadComplete();
        end(ended, failure);
        readDone(any);
    }

    private void end(boolean ended, @Nullable Throwable failure) {
        if (failure != null) {
            pipeline().fireExceptionCaught(failure);
        }
        if ((ended || failure instanceof IOException || failure instanceof Error) && isOpen()) {
            unsafe().close(unsafe().voidPromise());
        }
    }

    private int receive(ByteBuf buffer) {
        ByteBuffer free = buffer.internalNioBuffer(buffer.writerIndex(), buffer.writableBytes());
        int bytes = stream.receive(free, passage::arrived);
        if (stream.hasLostFiles()) {
            passage.lost();
        }
        if (bytes > 0) {
            buffer.writerIndex(buffer.writerIndex() + bytes);
        }
        return bytes;
    }

    @Override
    void writeReady() {
        ((Stream) unsafe()).flushArmed();
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        for (int spins = config().getWriteSpinCount(); in.current() instanceof ByteBuf first; spins--) {
            if (!first.isReadable()) {
                in.remove();
                continue;
            }
            if (spins == 0) {
                disarm(EpollIoOps.EPOLLOUT);
                eventLoop().execute(again);
                return;
            }
            long written = passage.hasFilesToSend() ? passage.send(stream, bytes(first)) : write(in);
            if (written <= 0) {
                arm(EpollIoOps.EPOLLOUT);
                return;
            }
            in.removeBytes(written);
        }
        disarm(EpollIoOps.EPOLLOUT);
    }

    private static ByteBuffer bytes(ByteBuf buffer) {
        return buffer.internalNioBuffer(buffer.readerIndex(), buffer.readableBytes());
    }

    private long write(ChannelOutboundBuffer in) throws Exception {
        vector.clear();
        in.forEachFlushedMessage(vector);
        return socket.writevAddresses(vector.memoryAddress(0), vector.count());
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            throw new UnsupportedOperationException("message: %s (expected: bytes)".formatted(message.getClass()));
        }
        if (bytes.nioBufferCount() == 1 && !UnixChannelUtil.isBufferCopyNeededForWrite(bytes)) {
            return bytes;
        }
        try {
            return alloc().directBuffer(Math.max(1, bytes.readableBytes())).writeBytes(bytes);
        } finally {
            bytes.release();
        }
    }

    @Override
    protected void doBind(SocketAddress local) {
        throw new UnsupportedOperationException("a client has no address of its own");
    }

    @Override
    protected void doClose() throws Exception {
        passage.close();
        try {
            super.doClose();
        } finally {
            vector.release();
        }
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new Stream();
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return null;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return passage.address();
    }

    private final class Stream extends Handle {
        @Override
        public void connect(SocketAddress remote, @Nullable SocketAddress local, ChannelPromise promise) {
            if (!promise.setUncancellable() || !ensureOpen(promise)) {
                return;
            }
            try {
                connect(remote);
            } catch (IOException | RuntimeException e) {
                promise.tryFailure(annotateConnectException(e, remote));
                closeIfClosed();
                return;
            }
            boolean wanted = promise.trySuccess();
            pipeline().fireChannelActive();
            if (!wanted) {
                close(voidPromise());
            }
        }

        /** A unix socket is connected at once, or not at all. */
        private void connect(SocketAddress remote) throws IOException {
            if (remote instanceof HeldSockets.Address held) {
                held.connect(socket.intValue());
            } else {
                socket.connect(remote);
            }
            activate();
        }

        /** What is queued goes when the socket has room again, and not before. */
        @Override
        protected void flush0() {
            if (!isArmed(EpollIoOps.EPOLLOUT)) {
                super.flush0();
            }
        }

        void flushArmed() {
            super.flush0();
        }
    }
}
