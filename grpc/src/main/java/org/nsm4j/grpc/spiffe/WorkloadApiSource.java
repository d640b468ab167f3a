package org.nsm4j.grpc.spiffe;

import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.nsm4j.api.spiffe.SpiffeWorkloadAPIGrpc;
import org.nsm4j.api.spiffe.X509SVIDRequest;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.grpc.transport.Transport;

/**
 * The identity that a SPIFFE Workload API gives to this process: SPIRE's agent, or {@code nsm up}
 * (SPIFFE Workload API §4, §5.2.1).
 *
 * <p>The stream is kept open, each message on it replaces the identity; when it breaks it is opened again, after a pause
 * that grows to {@link #LONGEST_PAUSE}, and the last identity holds meanwhile.
 */
public final class WorkloadApiSource implements IdentitySource {
    /** How long {@link #current()} waits for the first identity. */
    public static final Duration FIRST = Duration.ofSeconds(30);

    private static final System.Logger LOG = System.getLogger(WorkloadApiSource.class.getName());
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final int MOST_MESSAGE = 4 << 20;
    private static final Metadata.Key<String> SECURITY_HEADER =
            Metadata.Key.of("workload.spiffe.io", Metadata.ASCII_STRING_MARSHALLER);

    private final Url url;
    private final Duration most;
    private final ManagedChannel channel;
    private final Context.CancellableContext life = Context.ROOT.withCancellation();
    private final List<Consumer<Identity>> listeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile @Nullable Identity identity;
    private String trouble = "no answer yet";
    private boolean closed;

    /**
     * Asks the API at an address, as in the variable {@code SPIFFE_ENDPOINT_SOCKET}.
     *
     * @param address {@code unix:///PATH}, {@code unix:PATH} or {@code tcp://IP:PORT}
     * @param most how long {@link #current()} waits for the first identity
     * @throws Refused with {@link Refused.Reason#INVALID} for another address
     */
    public WorkloadApiSource(String address, Transport transport, Duration most) {
        this.url = Url.parse(address);
        this.most = most;
        this.channel = open(url, transport);
        Thread.ofVirtual().name("workload api").start(() -> life.run(this::follow));
    }

    private static ManagedChannel open(Url url, Transport transport) {
        var builder = switch (url.scheme()) {
            case "unix" ->
                NettyChannelBuilder.forAddress(new DomainSocketAddress(url.rest()))
                        .channelType(EpollDomainSocketChannel.class, DomainSocketAddress.class);
            case "tcp" ->
                NettyChannelBuilder.forAddress(new InetSocketAddress(Cidr.parseAddress(url.host()), url.port()))
                        .channelType(EpollSocketChannel.class, InetSocketAddress.class);
            default ->
                throw new Refused(
                        Refused.Reason.INVALID,
                        "SPIFFE_ENDPOINT_SOCKET: \"%s\" (expected: unix:///PATH or tcp://IP:PORT)".formatted(url));
        };
        return builder.overrideAuthority("localhost")
                .usePlaintext()
                .eventLoopGroup(transport.loops())
                .executor(transport.calls())
                .maxInboundMessageSize(MOST_MESSAGE)
                .build();
    }

    @Override
    public Identity current() {
        var present = identity;
        return present != null ? present : first();
    }

    private Identity first() {
        long left = most.toNanos();
        lock.lock();
        try {
            while (identity == null && left > 0 && !closed) {
                left = changed.awaitNanos(left);
            }
            var present = identity;
            if (present != null) {
                return present;
            }
            throw new Refused(
                    Refused.Reason.UNAVAILABLE, "no identity from the Workload API at %s: %s".formatted(url, trouble));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refused(Refused.Reason.CANCELLED, "waiting for an identity was interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public AutoCloseable onChange(Consumer<Identity> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private void follow() {
        var pause = FIRST_PAUSE;
        while (!isClosed()) {
            boolean gotOne = false;
            try {
                var header = new Metadata();
                header.put(SECURITY_HEADER, "true");
                var answers = SpiffeWorkloadAPIGrpc.newBlockingStub(channel)
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(header))
                        .fetchX509SVID(X509SVIDRequest.getDefaultInstance());
                while (answers.hasNext()) {
                    replace(X509Answer.read(answers.next()));
                    gotOne = true;
                }
                note("it ended the stream (expected: that it stays open)");
            } catch (StatusRuntimeException e) {
                note(cure(e.getStatus()));
            } catch (Refused e) {
                note(e.getMessage());
            }
            pause = gotOne ? FIRST_PAUSE : pause;
            awaitRetry(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private String cure(Status status) {
        var said = status.getDescription() == null ? status.getCode().toString() : status.getDescription();
        return switch (status.getCode()) {
            case PERMISSION_DENIED ->
                "%s (it knows no identity for this process: add a rule to identity.yaml, or an entry to SPIRE, for user %s and %s)"
                        .formatted(
                                said,
                                System.getProperty("user.name"),
                                ProcessHandle.current().info().command().orElse("this executable"));
            case UNAVAILABLE ->
                "%s%s (expected: that nsm up or a SPIRE agent listens there)"
                        .formatted(
                                said,
                                status.getCause() == null
                                        ? ""
                                        : ": " + status.getCause().getMessage());
            case INVALID_ARGUMENT, UNIMPLEMENTED -> "%s (expected: a SPIFFE Workload API there)".formatted(said);
            default -> said;
        };
    }

    private void replace(Identity next) {
        Identity before;
        lock.lock();
        try {
            before = identity;
            identity = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        LOG.log(System.Logger.Level.INFO, "identity={0}", next);
        if (before != null) {
            for (var listener : listeners) {
                try {
                    listener.accept(next);
                } catch (RuntimeException e) {
                    LOG.log(System.Logger.Level.ERROR, "a listener failed at a new identity", e);
                }
            }
        }
    }

    private void note(String what) {
        boolean news;
        lock.lock();
        try {
            news = !closed && !trouble.equals(what);
            trouble = what;
        } finally {
            lock.unlock();
        }
        if (news) {
            LOG.log(System.Logger.Level.WARNING, "workload api url={0} trouble={1}", url, what);
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void awaitRetry(Duration pause) {
        long left = pause.toNanos();
        lock.lock();
        try {
            while (!closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            closed = true;
        } finally {
            lock.unlock();
        }
        // gRPC would make its own, much longer pause.
        channel.resetConnectBackoff();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            trouble = "this source is closed";
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        life.cancel(null);
        channel.shutdownNow();
    }
}
