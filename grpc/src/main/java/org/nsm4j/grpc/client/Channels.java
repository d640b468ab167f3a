package org.nsm4j.grpc.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.core.policy.AuthorizeAnswer;
import org.nsm4j.grpc.passing.Passing;
import org.nsm4j.grpc.passing.PassingChannel;
import org.nsm4j.grpc.passing.SentFiles;
import org.nsm4j.grpc.spiffe.SpiffeTls;
import org.nsm4j.grpc.transport.Transport;

/** Connections to other programs: one for each URL, made when first needed, shared by all calls, closed when idle. */
public final class Channels implements AutoCloseable, AuthorizeAnswer.Servers {
    /** What every peer accepts; upstream's servers see the same from their own clients. */
    private static final String AUTHORITY = "localhost";
    /** From how many URLs on the idle ones are forgotten. */
    private static final int MANY = 256;
    /** After how long a silent tcp peer counts as gone, in milliseconds. */
    private static final int SILENT = 10_000;

    private final Transport transport;
    private final @Nullable SpiffeTls tls;
    private final Tokens tokens;
    private final ClientSettings settings;
    private final Passing passing;
    private final Map<Url, Link> links = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * Connections that share a transport.
     *
     * @param tls null for plaintext, only where that was asked for
     * @param tokens go with each call
     */
    public Channels(Transport transport, @Nullable SpiffeTls tls, Tokens tokens, ClientSettings settings) {
        this(transport, tls, tokens, settings, Passing.onlyFiles());
    }

    /**
     * Connections that share a transport.
     *
     * @param tls null for plaintext, only where that was asked for
     * @param tokens go with each call
     * @param passing how files are passed
     */
    public Channels(
            Transport transport, @Nullable SpiffeTls tls, Tokens tokens, ClientSettings settings, Passing passing) {
        this.transport = transport;
        this.tls = tls;
        this.tokens = tokens;
        this.settings = settings;
        this.passing = passing;
    }

    /**
     * The channel to a URL, for services beside those of the mesh; ask anew for each call.
     *
     * @throws Refused when the URL is not one that can be dialled
     */
    public Channel channel(Url url) {
        return link(url).channel();
    }

    @Override
    public Optional<X509Certificate> certificate(Url url) {
        return Optional.ofNullable(links.get(url)).flatMap(Link::certificate);
    }

    ClientSettings settings() {
        return settings;
    }

    Passing passing() {
        return passing;
    }

    /** What goes with one call. */
    TokenCredentials credentials(SentFiles files) {
        return new TokenCredentials(tokens, files);
    }

    Link link(Url url) {
        if (closed) {
            throw new Refused(Refused.Reason.UNAVAILABLE, "cannot reach %s: this program is ending".formatted(url));
        }
        var known = links.get(url);
        if (known != null) {
            return known;
        }
        if (links.size() >= MANY) {
            forgetIdle();
        }
        checkDialable(url);
        return links.computeIfAbsent(url, each -> new Link(() -> open(each)));
    }

    private void forgetIdle() {
        links.entrySet().removeIf(entry -> {
            boolean idle = entry.getValue().isIdle(settings.idle());
            if (idle) {
                entry.getValue().close();
            }
            return idle;
        });
    }

    private void checkDialable(Url url) {
        switch (url.scheme()) {
            case "unix" -> {
                if (url.rest().getBytes(UTF_8).length > 107) {
                    throw new Refused(
                            Refused.Reason.INVALID,
                            "url: \"%s\" (expected: a path of at most 107 bytes)".formatted(url));
                }
            }
            case "tcp", "" -> {
                if (url.port() > 0 && url.host().isEmpty()) {
                    throw new Refused(Refused.Reason.INVALID, "url: \"%s\" (expected: a host)".formatted(url));
                }
            }
            case "inode" -> {
                if (!passing.sockets().has(url.toString())) {
                    throw new Refused(
                            Refused.Reason.UNAVAILABLE,
                            "cannot reach %s: the socket that it stands for is not held here (expected: passed along when the endpoint was found)"
                                    .formatted(url));
                }
            }
            default ->
                throw new Refused(
                        Refused.Reason.INVALID,
                        "url: \"%s\" (expected: unix:///PATH or tcp://HOST:PORT)".formatted(url));
        }
    }

    private ManagedChannel open(Url url) {
        var builder = url.isLocal() ? unix(url) : tcp(url);
        if (tls == null) {
            builder.negotiationType(NegotiationType.PLAINTEXT);
        } else {
            builder.sslContext(tls.client());
        }
        return builder.overrideAuthority(AUTHORITY)
                .eventLoopGroup(transport.loops())
                .executor(transport.calls())
                .withOption(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(settings.dial().toMillis()))
                .idleTimeout(settings.idle().toMillis(), TimeUnit.MILLISECONDS)
                .maxInboundMessageSize(settings.mostMessage())
                .maxInboundMetadataSize(settings.mostHeaders())
                .build();
    }

    private NettyChannelBuilder unix(Url url) {
        var address = url.scheme().equals("inode")
                ? passing.sockets().address(url.toString())
                : new DomainSocketAddress(url.rest());
        return NettyChannelBuilder.forAddress(address).channelFactory(PassingChannel::new, address.getClass());
    }

    private static NettyChannelBuilder tcp(Url url) {
        NettyChannelBuilder builder;
        try {
            builder = NettyChannelBuilder.forAddress(new InetSocketAddress(Cidr.parseAddress(url.host()), url.port()));
        } catch (Refused e) {
            // a name: asked anew at each connection
            builder = NettyChannelBuilder.forTarget("dns:///%s:%d".formatted(url.host(), url.port()));
        }
        return builder.channelType(EpollSocketChannel.class, InetSocketAddress.class)
                .withOption(EpollChannelOption.TCP_USER_TIMEOUT, SILENT)
                .withOption(EpollChannelOption.TCP_KEEPIDLE, SILENT / 1000)
                .withOption(EpollChannelOption.TCP_KEEPINTVL, SILENT / 1000);
    }

    /** Closes all connections; what still runs on them fails. */
    @Override
    public void close() {
        closed = true;
        links.values().forEach(Link::closeNow);
        links.clear();
    }
}
