package org.nsm4j.identity.workload;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.grpc.transport.Greeting;
import org.nsm4j.identity.attest.Attestor;
import org.nsm4j.identity.authority.Authority;
import org.nsm4j.identity.authority.FileFacts;

/**
 * The SPIFFE Workload API of this host, on a unix socket that every process may connect to: who connects is found out
 * from the kernel, and gets the identity of its rule, or a refusal that says what is known of it.
 */
public final class WorkloadApi implements AutoCloseable {
    private static final int LARGEST_MESSAGE = 64 << 10;
    private static final int LARGEST_HEADERS = 8 << 10;
    private final Path socket;
    private final EventLoopGroup loop;
    private final ExecutorService executor;
    private final Server server;

    /**
     * How many calls may be open at once.
     *
     * @param total of all callers
     * @param perUser of one user
     * @param perProcess of one process
     */
    public record Limits(int total, int perUser, int perProcess) {
        /** 2048 in total, half of them for one user, 16 for one process. */
        public static final Limits STANDARD = new Limits(2048, 1024, 16);
    }

    private WorkloadApi(Path socket, Authority authority, Attestor attestor, Limits limits) throws IOException {
        this.socket = socket;
        this.loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("workload-api", true), EpollIoHandler.newFactory());
        this.executor = LiveScheduler.virtualThreads("workload");
        var places = new StreamLimits(limits.total(), limits.perUser(), limits.perProcess(), authority.scheduler());
        this.server = NettyServerBuilder.forAddress(
                        new DomainSocketAddress(socket.toString()), Greeting.credentials(null, limits.total()))
                .channelType(EpollServerDomainSocketChannel.class)
                .bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .executor(executor)
                .addService(new WorkloadService(authority, attestor))
                .intercept(new Gatekeeper(ConnectedPeer::of, places))
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .maxInboundMetadataSize(LARGEST_HEADERS)
                .maxConcurrentCallsPerConnection(limits.perProcess())
                .maxConnectionIdle(5, TimeUnit.MINUTES)
                .permitKeepAliveTime(1, TimeUnit.MINUTES)
                .build()
                .start();
    }

    /**
     * Serves.
     *
     * @param socket where; its directory must be ours and writable for nobody else, and is made with mode 0755 if there
     *     is none
     * @throws Refused CONFLICT where another process serves there, INVALID where the directory is open to others or
     *     something else has that name
     */
    public static WorkloadApi serve(Path socket, Authority authority, Attestor attestor, Limits limits) {
        try {
            prepare(socket);
            var api = new WorkloadApi(socket, authority, attestor, limits);
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rwxrwxrwx"));
            return api;
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.CONFLICT,
                    "cannot serve the Workload API on %s: %s (expected: a free name of at most 107 bytes)"
                            .formatted(socket, e.getMessage()),
                    e);
        }
    }

    private static void prepare(Path socket) throws IOException {
        var directory = socket.toAbsolutePath().resolveSibling("");
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        var facts = FileFacts.ofLink(directory);
        int self = FileFacts.self();
        if (facts.isWritableForOthers() || facts.uid() != self) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    ("%s: mode 0%o, owned by uid %d (expected: owned by uid %d and writable for nobody else, or another "
                                    + "process could put its own socket there)")
                            .formatted(directory, facts.permissions(), facts.uid(), self));
        }
        removeStale(socket);
    }

    /** A socket that nobody listens on is what a crash leaves; anything else is somebody's. */
    private static void removeStale(Path socket) throws IOException {
        try {
            boolean isSocket = FileFacts.ofLink(socket).isSocket();
            if (!isSocket || answers(socket)) {
                throw new Refused(
                        Refused.Reason.CONFLICT,
                        "%s: %s (expected: a free name)"
                                .formatted(socket, isSocket ? "another process serves there" : "not a socket"));
            }
            Files.delete(socket);
        } catch (NoSuchFileException e) {
            // Nothing to remove.
        }
    }

    private static boolean answers(Path socket) {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    /** The value for {@code SPIFFE_ENDPOINT_SOCKET}. */
    public String endpoint() {
        return "unix://" + socket.toAbsolutePath();
    }

    /** Ends every stream and removes the socket. */
    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(5, TimeUnit.SECONDS);
            Files.deleteIfExists(socket);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            System.getLogger(WorkloadApi.class.getName())
                    .log(System.Logger.Level.WARNING, "socket left behind: " + socket, e);
        }
        executor.close();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
