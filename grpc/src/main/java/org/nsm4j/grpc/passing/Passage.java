package org.nsm4j.grpc.passing;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Grpc;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.Descriptor;
import org.nsm4j.linux.socket.DescriptorStream;
import org.nsm4j.linux.socket.FileHandle;

/**
 * The files that go with one connection, both ways, and find their calls by the URLs that stand for them.
 *
 * <p>A file may be here before the call that speaks of it, or after. What nobody asks for is closed after
 * {@link #GRACE}, since it may keep a dead workload's namespace alive; so is the eldest when there are too many.
 */
public final class Passage {
    /** How long a file waits for its call, which a slow connection may bring much later than the file. */
    static final Duration GRACE = Duration.ofSeconds(15);
    /** The most files that wait, in either direction. */
    static final int MOST = 512;
    /** The most that wait before the first call: as many as one write brings, for that may come ahead of it. */
    static final int MOST_OF_STRANGERS = DescriptorStream.MOST_SENT;
    /** The most that wait for their calls on all connections together. */
    static final int MOST_OF_ALL = 4096;

    private static final AtomicInteger ALL = new AtomicInteger();
    private static final System.Logger LOG = System.getLogger(Passage.class.getName());

    private final PassingChannel channel;
    private final Address address = new Address();
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<FileHandle> sending = new ArrayDeque<>();
    private final ArrayDeque<Arrival> arrived = new ArrayDeque<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private int most = MOST_OF_STRANGERS;
    private boolean sweeping;
    private boolean closed;
    private volatile boolean hasFilesToSend;

    private record Arrival(InodeUrl url, FileHandle file, long at) {}

    private record Waiter(InodeUrl url, CompletableFuture<FileHandle> told) {}

    /** The other side of the connection, as gRPC hands it to calls. */
    private final class Address extends SocketAddress {
        private static final long serialVersionUID = 1;

        @Override
        public String toString() {
            return "unix socket";
        }

        private Passage passage() {
            return Passage.this;
        }
    }

    Passage(PassingChannel channel) {
        this.channel = channel;
    }

    SocketAddress address() {
        return address;
    }

    /**
     * The passage of a call's connection; empty where that carries no files.
     *
     * @param attributes of the call or of its transport
     */
    public static Optional<Passage> of(Attributes attributes) {
        if (attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof Address address) {
            address.passage().welcome();
            return Optional.of(address.passage());
        }
        return Optional.empty();
    }

    private void welcome() {
        lock.lock();
        try {
            most = MOST;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends a file with the bytes that are written next; the call that speaks of it must be sent afterwards. The caller's
     * own handle stays open.
     *
     * @throws Refused NO_CAPACITY where too many wait to be sent, or the process has too many open
     */
    public void send(FileHandle file) {
        lock.lock();
        try {
            if (closed) {
                return; // the call will say so
            }
            if (sending.size() >= MOST) {
                throw new Refused(
                        Refused.Reason.NO_CAPACITY,
                        "cannot pass a file: %d wait already (expected: a peer that reads)".formatted(MOST));
            }
            sending.add(file.duplicate());
            hasFilesToSend = true;
        } catch (KernelRefused e) {
            throw new Refused(Refused.Reason.NO_CAPACITY, String.valueOf(e.getMessage()), e);
        } finally {
            lock.unlock();
        }
    }

    boolean hasFilesToSend() {
        return hasFilesToSend;
    }

    /** Writes bytes with what is to be sent; returns how many went, 0 where neither they nor the files could. */
    int send(DescriptorStream stream, ByteBuffer bytes) throws IOException {
        lock.lock();
        try {
            var files = sending.stream()
                    .limit(DescriptorStream.MOST_SENT)
                    .map(FileHandle::descriptor)
                    .toList();
            int sent = stream.send(bytes, files);
            if (sent == DescriptorStream.AGAIN) {
                return 0;
            }
            files.forEach(_ -> sending.remove().close());
            hasFilesToSend = !sending.isEmpty();
            return sent;
        } catch (KernelRefused e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    /** A file came; on the event loop. */
    void arrived(Descriptor descriptor) {
        var file = FileHandle.owning(descriptor);
        InodeUrl url;
        try {
            url = InodeUrl.of(file.identity());
        } catch (KernelRefused e) {
            file.close();
            return;
        }
        lock.lock();
        try {
            if (closed) {
                file.close();
            } else if (!tellWaiters(url, file)) {
                arrived.add(new Arrival(url, file, System.nanoTime()));
                if (ALL.incrementAndGet() > MOST_OF_ALL || arrived.size() > most) {
                    taken(arrived.remove()).close();
                }
                sweepLater();
            }
        } finally {
            lock.unlock();
        }
    }

    private static FileHandle taken(Arrival arrival) {
        ALL.decrementAndGet();
        return arrival.file();
    }

    /** All who wait for it get it; each sender sends it once for each call, so that a further one may still come. */
    private boolean tellWaiters(InodeUrl url, FileHandle file) {
        var told = waiters.stream().filter(each -> each.url().equals(url)).toList();
        waiters.removeAll(told);
        for (var each : told) {
            try {
                var own = file.duplicate();
                if (!each.told().complete(own)) {
                    own.close();
                }
            } catch (KernelRefused e) {
                each.told().completeExceptionally(e);
            }
        }
        if (!told.isEmpty()) {
            file.close();
        }
        return !told.isEmpty();
    }

    private void sweepLater() {
        var eldest = arrived.peek();
        if (eldest != null && !sweeping) {
            sweeping = true;
            long left = Math.max(0, eldest.at() + GRACE.toNanos() - System.nanoTime());
            var unused = channel.eventLoop().schedule(this::sweep, left, TimeUnit.NANOSECONDS);
        }
    }

    private void sweep() {
        lock.lock();
        try {
            sweeping = false;
            long late = System.nanoTime() - GRACE.toNanos();
            while (!arrived.isEmpty() && arrived.peek().at() - late <= 0) {
                taken(arrived.remove()).close();
            }
            sweepLater();
        } finally {
            lock.unlock();
        }
    }

    /** Files came that this process had no room for. */
    void lost() {
        LOG.log(
                System.Logger.Level.WARNING,
                "files were lost: this process has too many open (expected: a higher limit)");
        failWaiters(new Refused(
                Refused.Reason.NO_CAPACITY,
                "files were lost: too many are open here (expected: a higher LimitNOFILE=)"));
    }

    private void failWaiters(Refused reason) {
        List<Waiter> all;
        lock.lock();
        try {
            all = List.copyOf(waiters);
            waiters.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(each -> each.told().completeExceptionally(reason));
    }

    /**
     * Takes the file that a URL stands for, as soon as it is here.
     *
     * @param deadline how long it may take; it ends earlier when the call that runs on this thread is cancelled
     * @return the caller closes it
     * @throws Refused UNAVAILABLE where it does not come, CANCELLED where the call was
     */
    public FileHandle receive(InodeUrl url, Instant deadline) {
        var waiter = new Waiter(url, new CompletableFuture<>());
        lock.lock();
        try {
            var here = arrived.stream().filter(each -> each.url().equals(url)).findFirst();
            if (here.isPresent()) {
                arrived.remove(here.get());
                return taken(here.get());
            }
            if (closed) {
                throw gone(url);
            }
            waiters.add(waiter);
        } finally {
            lock.unlock();
        }
        return await(waiter, deadline);
    }

    private FileHandle await(Waiter waiter, Instant deadline) {
        var url = waiter.url();
        Context.CancellationListener cancelled = _ -> waiter.told()
                .completeExceptionally(
                        new Refused(Refused.Reason.CANCELLED, "waiting for %s: the call was cancelled".formatted(url)));
        Context.current().addListener(cancelled, Runnable::run);
        try {
            return waiter.told().get(Duration.between(Instant.now(), deadline).toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw abandoned(
                    waiter,
                    new Refused(
                            Refused.Reason.UNAVAILABLE,
                            "%s: the file that it stands for did not come (expected: passed over the same unix socket)"
                                    .formatted(url),
                            e));
        } catch (ExecutionException e) {
            throw abandoned(
                    waiter,
                    e.getCause() instanceof Refused refused
                            ? refused
                            : new Refused(Refused.Reason.NO_CAPACITY, String.valueOf(e.getCause()), e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw abandoned(
                    waiter, new Refused(Refused.Reason.CANCELLED, "waiting for %s was interrupted".formatted(url), e));
        } finally {
            Context.current().removeListener(cancelled);
        }
    }

    /** Takes a waiter back; what it was told in the last moment is closed. */
    private Refused abandoned(Waiter waiter, Refused reason) {
        lock.lock();
        try {
            waiters.remove(waiter);
        } finally {
            lock.unlock();
        }
        if (!waiter.told().completeExceptionally(reason) && !waiter.told().isCompletedExceptionally()) {
            waiter.told().join().close();
        }
        return reason;
    }

    private static Refused gone(Object url) {
        return new Refused(Refused.Reason.UNAVAILABLE, "waiting for %s: the connection was closed".formatted(url));
    }

    /**
     * Asks the kernel about the connection's socket.
     *
     * @param question asked with the socket's descriptor, which stays open meanwhile
     * @throws KernelRefused ENOTCONN where the connection was closed; and what the question throws
     */
    public <T> T look(IntFunction<T> question) {
        lock.lock();
        try {
            if (closed) {
                throw new KernelRefused("look at a connection", Errno.ENOTCONN);
            }
            return question.apply(channel.fd().intValue());
        } finally {
            lock.unlock();
        }
    }

    /** Closes what came and what was to go; before the socket itself is closed. */
    void close() {
        lock.lock();
        try {
            closed = true;
            sending.forEach(FileHandle::close);
            sending.clear();
            hasFilesToSend = false;
            arrived.forEach(each -> taken(each).close());
            arrived.clear();
        } finally {
            lock.unlock();
        }
        failWaiters(gone("a file"));
    }
}
