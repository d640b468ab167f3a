package org.nsm4j.grpc.server;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.grpc.passing.ListeningChannel;
import org.nsm4j.grpc.transport.Greeting;
import org.nsm4j.grpc.transport.Transport;
import org.nsm4j.grpc.transport.UnixSocketFile;

/** A server at one address. */
final class Listening {
    /** Upstream's clients and ours may ask every few seconds whether we still live. */
    private static final Duration PINGS = Duration.ofSeconds(5);

    /** After so long without a word a peer is asked whether it still lives. */
    private static final Duration QUIET = Duration.ofMinutes(1);
    /** A connection without calls is closed after so long. */
    private static final Duration IDLE = Duration.ofMinutes(10);
    /** A peer that calls off more calls than this within the window does nothing else (CVE-2023-44487). */
    private static final int RESETS = 1000;

    private static final int RESETS_WINDOW_SECONDS = 30;

    private final Url url;
    private final Server server;
    private final @Nullable UnixSocketFile file;

    private Listening(Url url, Server server, @Nullable UnixSocketFile file) {
        this.url = url;
        this.server = server;
        this.file = file;
    }

    static Listening start(
            Url url,
            Transport transport,
            @Nullable SslContext tls,
            ServerSettings settings,
            List<BindableService> services,
            Denials denials) {
        var credentials = Greeting.credentials(tls, settings.mostConnections());
        return switch (url.scheme()) {
            case "unix" -> {
                var file = UnixSocketFile.prepare(url.rest());
                var address = new DomainSocketAddress(file.temporary().toFile());
                var builder = NettyServerBuilder.forAddress(address, credentials);
                builder.channelFactory(ListeningChannel::new);
                var server = started(url, builder, transport, settings, services, denials);
                try {
                    file.publish(settings.socketMode());
                } catch (Refused e) {
                    server.shutdownNow();
                    throw e;
                }
                yield new Listening(url, server, file);
            }
            case "tcp", "" -> {
                var builder = NettyServerBuilder.forAddress(address(url), credentials);
                builder.channelType(EpollServerSocketChannel.class);
                var server = started(url, builder, transport, settings, services, denials);
                yield new Listening(bound(url, server.getListenSockets()), server, null);
            }
            default ->
                throw new Refused(
                        Refused.Reason.INVALID,
                        "cannot listen on %s (expected: unix:///PATH or tcp://HOST:PORT)".formatted(url));
        };
    }

    private static InetSocketAddress address(Url url) {
        int port = url.rest().endsWith(":0") ? 0 : url.port();
        var address = url.host().isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(url.host(), port);
        if (address.isUnresolved()) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "cannot listen on %s: no such host (expected: an address of this machine)".formatted(url));
        }
        return address;
    }

    private static Url bound(Url url, List<? extends SocketAddress> sockets) {
        return sockets.getFirst() instanceof InetSocketAddress at
                ? new Url("tcp", url.rest().substring(0, url.rest().lastIndexOf(':') + 1) + at.getPort())
                : url;
    }

    private static Server started(
            Url url,
            NettyServerBuilder builder,
            Transport transport,
            ServerSettings settings,
            List<BindableService> services,
            Denials denials) {
        var crowd = new Crowd(settings, transport.loops());
        builder.bossEventLoopGroup(transport.loops())
                .workerEventLoopGroup(transport.loops())
                .executor(transport.calls())
                .maxInboundMessageSize(settings.mostMessage())
                .maxInboundMetadataSize(settings.mostHeaders())
                .maxConcurrentCallsPerConnection(settings.mostCalls())
                .permitKeepAliveTime(PINGS.toMillis(), TimeUnit.MILLISECONDS)
                .permitKeepAliveWithoutCalls(true)
                .handshakeTimeout(settings.patience().toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTime(QUIET.toSeconds(), TimeUnit.SECONDS)
                .keepAliveTimeout(settings.patience().toMillis(), TimeUnit.MILLISECONDS)
                .maxConnectionIdle(IDLE.toSeconds(), TimeUnit.SECONDS)
                .maxRstFramesPerWindow(RESETS, RESETS_WINDOW_SECONDS)
                .addTransportFilter(crowd)
                .intercept(crowd)
                .intercept(new ReadCaller(denials));
        services.forEach(builder::addService);
        try {
            return builder.build().start();
        } catch (IOException e) {
            var cause = e.getCause() == null ? e : e.getCause();
            throw new Refused(
                    Refused.Reason.CONFLICT,
                    "cannot listen on %s: %s (expected: an address of this machine that is free)"
                            .formatted(url, cause.getMessage()),
                    e);
        }
    }

    Url url() {
        return url;
    }

    /** Takes no more connections and calls. */
    void stop() {
        if (file != null) {
            file.remove();
        }
        server.shutdown();
    }

    /** Waits for what runs, then cuts it off. */
    void end(Duration grace) {
        try {
            if (!server.awaitTermination(Math.max(0, grace.toNanos()), TimeUnit.NANOSECONDS)) {
                server.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
