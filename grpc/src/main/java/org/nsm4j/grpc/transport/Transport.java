package org.nsm4j.grpc.transport;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.nsm4j.core.schedule.LiveScheduler;

/** The threads that all servers and clients of a process share: event loops for bytes, virtual threads for calls. */
public final class Transport implements AutoCloseable {
    /** How long the end waits for what still runs. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final MultiThreadIoEventLoopGroup loops;
    private final ExecutorService calls = LiveScheduler.virtualThreads("call");

    /** As many event loops as processors, but at most two: they only move bytes. */
    public Transport() {
        this(Math.min(2, Runtime.getRuntime().availableProcessors()));
    }

    /** So many event loops. */
    public Transport(int loops) {
        this.loops = new MultiThreadIoEventLoopGroup(
                loops, new DefaultThreadFactory("io", true), EpollIoHandler.newFactory());
    }

    /** The event loops, of epoll. */
    public MultiThreadIoEventLoopGroup loops() {
        return loops;
    }

    /** Runs each call on a virtual thread of its own. */
    public ExecutorService calls() {
        return calls;
    }

    /** Ends the threads; servers and clients must be closed before. */
    @Override
    public void close() {
        calls.shutdown();
        loops.shutdownGracefully(0, GRACE.toMillis(), TimeUnit.MILLISECONDS).awaitUninterruptibly(GRACE.toMillis());
    }
}
