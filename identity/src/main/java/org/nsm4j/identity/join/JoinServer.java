package org.nsm4j.identity.join;

import io.grpc.Server;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.grpc.spiffe.IdentitySource;
import org.nsm4j.identity.authority.Membership;
import org.nsm4j.identity.authority.RootAuthority;

/** The first host's side of joining: a port on which tokens are redeemed and memberships renewed. */
public final class JoinServer implements AutoCloseable {
    /** How long a token works if nothing else is said. */
    public static final Duration TOKEN_LIFE = Duration.ofMinutes(10);

    private static final Duration LONGEST_TOKEN_LIFE = Duration.ofDays(1);
    private static final int LARGEST_MESSAGE = 64 << 10;
    private static final int LARGEST_HEADERS = 8 << 10;
    private final RootAuthority authority;
    private final Members members;
    private final IdentitySource identity;
    private final ExecutorService executor;
    private final Server server;

    private JoinServer(RootAuthority authority, Members members, InetSocketAddress listen) throws IOException {
        this.authority = authority;
        this.members = members;
        this.identity =
                authority.source(Membership.idOfHome(authority.settings().trustDomain()));
        this.executor = LiveScheduler.virtualThreads("join");
        this.server = server(listen).start();
    }

    /**
     * Listens.
     *
     * @param listen where; port 0 takes a free one
     * @throws Refused CONFLICT where the address is taken
     */
    public static JoinServer start(RootAuthority authority, Members members, InetSocketAddress listen) {
        authority.nodeKeys(members::jwtKeys);
        try {
            return new JoinServer(authority, members, listen);
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.CONFLICT,
                    "cannot listen on %s for hosts that join: %s (expected: a free address of this host)"
                            .formatted(listen, e.getMessage()),
                    e);
        }
    }

    private Server server(InetSocketAddress listen) {
        var keys = new SvidKeys(() -> identity.current().svid(), () -> List.of(authority.root()));
        var trust = new DirectTrust(
                _ -> authority.bundle().roots(),
                id -> id.trustDomain().equals(authority.settings().trustDomain())
                        && id.path().startsWith("/node/"),
                authority.scheduler()::now);
        var credentials = TlsServerCredentials.newBuilder()
                .keyManager(keys)
                .trustManager(trust)
                .clientAuth(TlsServerCredentials.ClientAuth.OPTIONAL)
                .build();
        var service = new MembershipService(authority, members);
        return NettyServerBuilder.forAddress(listen, credentials)
                .executor(executor)
                .addService(service)
                .intercept(service)
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .maxInboundMetadataSize(LARGEST_HEADERS)
                .maxConcurrentCallsPerConnection(4)
                .handshakeTimeout(10, TimeUnit.SECONDS)
                .maxConnectionIdle(30, TimeUnit.SECONDS)
                .maxConnectionAge(5, TimeUnit.MINUTES)
                .maxConnectionAgeGrace(30, TimeUnit.SECONDS)
                .build();
    }

    /** The port that it listens on. */
    public int port() {
        return server.getPort();
    }

    /**
     * Invites a host.
     *
     * @param home how that host reaches this one, {@code HOST:PORT}
     * @param life how long the token works, at most a day
     * @param node which host alone may use it, even if it is a member already; empty for any that is none yet
     * @return the token; its text is a secret that is kept nowhere
     */
    public JoinToken invite(String home, Duration life, Optional<String> node) {
        if (life.isNegative() || life.isZero() || life.compareTo(LONGEST_TOKEN_LIFE) > 0) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "token life: %s (expected: more than nothing, at most %s)".formatted(life, LONGEST_TOKEN_LIFE));
        }
        Joiner.addressOf(home);
        var secret = members.invite(life, node);
        var until = authority.scheduler().now().plus(life).truncatedTo(ChronoUnit.SECONDS);
        var pin = JoinToken.pinOf(authority.root());
        return new JoinToken(authority.settings().trustDomain(), home, pin, secret, until);
    }

    /** Lets a host in no longer, as {@link Members#expel}, and takes its keys out of the bundle. */
    public void expel(String node) {
        members.expel(node);
        authority.nodeKeysChanged();
    }

    @Override
    public void close() {
        server.shutdownNow();
        identity.close();
        executor.close();
    }
}
