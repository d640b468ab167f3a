package org.nsm4j.grpc.passing;

import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.net.SocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a listening and a connected unix socket have in common on an epoll loop. Netty's own channels read either bytes or
 * files, never both, and cannot be extended; its loops take any handle.
 *
 * <p>All methods but those of {@link Channel} itself run on the event loop.
 */
abstract class UnixChannel extends AbstractChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    protected final Socket socket;
    private final Config config = new Config(this);
    private @Nullable IoRegistration registration;
    private EpollIoOps ops = EpollIoOps.NONE;
    private volatile boolean active;
    private boolean readPending;

    UnixChannel(@Nullable Channel parent, Socket socket, boolean active) {
        super(parent);
        this.socket = socket;
        this.active = active;
    }

    /** There is something to read, or the end. */
    abstract void readReady();

    /** What is to be written may be. */
    abstract void writeReady();

    void activate() {
        active = true;
    }

    boolean isArmed(EpollIoOps some) {
        return ops.contains(some);
    }

    void arm(EpollIoOps more) {
        if (!ops.contains(more)) {
            submit(ops.with(more));
        }
    }

    void disarm(EpollIoOps less) {
        if (ops.contains(less)) {
            submit(ops.without(less));
        }
    }

    private void submit(EpollIoOps wanted) {
        ops = wanted;
        var registered = registration;
        if (registered != null && registered.isValid()) {
            registered.submit(wanted);
        }
    }

    /** Says that a read was answered; where nobody reads on by themselves, no more is read until it is asked for. */
    void readDone(boolean answered) {
        if (answered) {
            readPending = false;
        }
        if (!readPending && !config.isAutoRead()) {
            disarm(EpollIoOps.EPOLLIN);
        }
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop instanceof IoEventLoop io && io.isCompatible(EpollIoHandle.class);
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        ((IoEventLoop) eventLoop()).register((IoHandle) unsafe()).addListener(done -> {
            if (done.isSuccess()) {
                registration = (IoRegistration) done.getNow();
                submit(ops);
                promise.setSuccess();
            } else {
                promise.setFailure(done.cause());
            }
        });
    }

    @Override
    protected void doDeregister() {
        var registered = registration;
        registration = null;
        ops = EpollIoOps.NONE;
        if (registered != null) {
            registered.cancel();
        }
    }

    @Override
    protected void doBeginRead() {
        readPending = true;
        arm(EpollIoOps.EPOLLIN);
    }

    @Override
    protected void doDisconnect() throws Exception {
        doClose();
    }

    @Override
    protected void doClose() throws Exception {
        active = false;
        try {
            doDeregister();
        } finally {
            socket.close();
        }
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public boolean isActive() {
        return active;
    }

    /** The descriptor of the socket, for questions to the kernel on the event loop while the channel is open. */
    public FileDescriptor fd() {
        return socket;
    }

    /** As the event loop sees the channel. */
    abstract class Handle extends AbstractUnsafe implements EpollIoHandle {
        @Override
        public FileDescriptor fd() {
            return socket;
        }

        @Override
        public void handle(IoRegistration from, IoEvent event) {
            int happened = ((EpollIoEvent) event).ops().value();
            int writing = EpollIoOps.EPOLLOUT.value() | EpollIoOps.EPOLLERR.value();
            if ((happened & writing) != 0) {
                writeReady();
            }
            if ((happened & ~EpollIoOps.EPOLLOUT.value()) != 0 && isOpen()) {
                readReady();
            }
        }

        @Override
        public void connect(SocketAddress remote, @Nullable SocketAddress local, ChannelPromise promise) {
            promise.tryFailure(new UnsupportedOperationException("a socket that listens does not connect"));
        }

        @Override
        public void close() {
            close(voidPromise());
        }
    }

    private static final class Config extends DefaultChannelConfig {
        /** gRPC sets them whatever the socket is; on a unix socket they mean nothing. */
        private static final Set<ChannelOption<?>> OF_TCP =
                Set.of(ChannelOption.SO_KEEPALIVE, ChannelOption.SO_BACKLOG, EpollChannelOption.TCP_USER_TIMEOUT);

        private final UnixChannel owner;

        Config(UnixChannel owner) {
            super(owner);
            this.owner = owner;
        }

        @Override
        public <T> boolean setOption(ChannelOption<T> option, T value) {
            return OF_TCP.contains(option) || super.setOption(option, value);
        }

        @Override
        protected void autoReadCleared() {
            if (!owner.isRegistered()) {
                return;
            }
            var loop = owner.eventLoop();
            if (loop.inEventLoop()) {
                owner.disarm(EpollIoOps.EPOLLIN);
            } else {
                loop.execute(() -> owner.readDone(false));
            }
        }
    }
}
