package org.nsm4j.identity.join;

import com.google.protobuf.ByteString;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.nsm4j.api.join.JoinRequest;
import org.nsm4j.api.join.MembershipGrpc;
import org.nsm4j.api.join.RenewRequest;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.grpc.wire.RefusalMapping;
import org.nsm4j.identity.authority.AuthoritySettings;
import org.nsm4j.identity.authority.Grant;
import org.nsm4j.identity.authority.Membership;
import org.nsm4j.identity.authority.MembershipFile;
import org.nsm4j.identity.authority.NodeAuthority;
import org.nsm4j.identity.authority.NodeKeys;

/** The other hosts' side of joining: redeems a token, and renews from then on. */
public final class Joiner implements NodeAuthority.Home {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LARGEST_MESSAGE = 1 << 20;
    private final Supplier<Instant> clock;

    private Joiner(Supplier<Instant> clock) {
        this.clock = clock;
    }

    /** A side that renews, and joins nothing. */
    static Joiner at(Supplier<Instant> clock) {
        return new Joiner(clock);
    }

    /**
     * Joins a domain, and keeps the membership on disk.
     *
     * @param directory this host's identity directory; made if there is none
     * @param token from the first host
     * @param node the name that this host wants there
     * @throws Refused CONFLICT where this host has an identity already, INVALID where the token is too old or the other
     *     side is not the one that the token was made by, NOT_AUTHORIZED where it was used before, UNAVAILABLE where
     *     nobody answers
     */
    public static NodeAuthority join(
            Path directory, JoinToken token, String node, AuthoritySettings settings, Scheduler scheduler) {
        Members.checkName(node);
        if (!scheduler.now().isBefore(token.until())) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "join token: expired at %s (expected: a new one from the first host, or a right clock on this one)"
                            .formatted(token.until()));
        }
        var file = new MembershipFile(directory);
        var before = file.read();
        if (before.isPresent() || Files.exists(directory.resolve("authority.json"))) {
            throw new Refused(
                    Refused.Reason.CONFLICT,
                    "%s: this host has an identity already, %s (expected: none; start without --join to use it, or move that directory away)"
                            .formatted(
                                    directory,
                                    before.map(each -> each.svid().id().toString())
                                            .orElse("as first host of a domain")));
        }
        var joiner = new Joiner(scheduler::now);
        file.write(joiner.redeem(token, node));
        return NodeAuthority.open(directory, settings, scheduler, joiner);
    }

    /**
     * Opens the authority of a host that joined at an earlier start.
     *
     * @throws Refused NOT_FOUND where it has not joined
     */
    public static NodeAuthority reopen(Path directory, AuthoritySettings settings, Scheduler scheduler) {
        return NodeAuthority.open(directory, settings, scheduler, new Joiner(scheduler::now));
    }

    private Membership redeem(JoinToken token, String node) {
        var keys = NodeKeys.generate();
        var request = JoinRequest.newBuilder()
                .setSecret(ByteString.copyFrom(token.secret()))
                .setNode(node)
                .setKeys(Messages.keys(keys))
                .build();
        var credentials = TlsChannelCredentials.newBuilder()
                .trustManager(trust(token.trustDomain(), chain -> pinned(chain, token.pin())))
                .build();
        var grant = ask(token.home(), token.trustDomain(), credentials, stub -> stub.join(request));
        if (pinned(grant.bundle().roots(), token.pin()).isEmpty()) {
            throw new Refused(
                    Refused.Reason.INVALID, "grant: without the pinned root (expected: a bundle that holds it)");
        }
        return Membership.of(node, token.home(), keys, grant);
    }

    @Override
    public Grant renew(Membership membership, Optional<NodeKeys> keys) {
        var request = RenewRequest.newBuilder();
        keys.ifPresent(each -> request.setKeys(Messages.keys(each)));
        var trustDomain = membership.bundle().trustDomain();
        var credentials = TlsChannelCredentials.newBuilder()
                .keyManager(new SvidKeys(membership::svid, List::of))
                .trustManager(trust(trustDomain, _ -> membership.bundle().roots()))
                .build();
        return ask(membership.home(), trustDomain, credentials, stub -> stub.renew(request.build()));
    }

    private DirectTrust trust(String trustDomain, Function<List<X509Certificate>, Collection<X509Certificate>> roots) {
        return new DirectTrust(roots, Membership.idOfHome(trustDomain)::equals, clock);
    }

    private static List<X509Certificate> pinned(List<X509Certificate> chain, byte[] pin) {
        return chain.stream()
                .filter(each -> MessageDigest.isEqual(JoinToken.pinOf(each), pin))
                .toList();
    }

    private static Grant ask(
            String home,
            String trustDomain,
            ChannelCredentials credentials,
            Function<MembershipGrpc.MembershipBlockingStub, org.nsm4j.api.join.Grant> call) {
        ManagedChannel channel = NettyChannelBuilder.forAddress(addressOf(home), credentials)
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .build();
        try {
            var stub = MembershipGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return Messages.grant(trustDomain, call.apply(stub));
        } catch (StatusRuntimeException e) {
            throw refused(home, e);
        } finally {
            channel.shutdownNow();
        }
    }

    private static Refused refused(String home, StatusRuntimeException e) {
        for (Throwable each = e; each != null; each = each.getCause()) {
            if (each instanceof CertificateException untrusted) {
                return new Refused(
                        Refused.Reason.NOT_AUTHORIZED,
                        "%s is not the host that was expected: %s (expected: the first host of the domain, by its authority)"
                                .formatted(home, untrusted.getMessage()),
                        e);
            }
        }
        return RefusalMapping.toRefused(e.getStatus(), e.getTrailers(), "ask " + home);
    }

    /** Reads {@code HOST:PORT}, with an IPv6 address in brackets. */
    static InetSocketAddress addressOf(String home) {
        try {
            var uri = URI.create("nsm://" + home);
            if (uri.getHost() != null
                    && uri.getPort() > 0
                    && uri.getPort() < 65536
                    && home.equals(uri.getAuthority())) {
                return new InetSocketAddress(uri.getHost().replaceAll("^\\[|]$", ""), uri.getPort());
            }
        } catch (IllegalArgumentException e) {
            throw refusedAddress(home);
        }
        throw refusedAddress(home);
    }

    private static Refused refusedAddress(String home) {
        return new Refused(
                Refused.Reason.INVALID,
                "address: \"%s\" (expected: HOST:PORT, an IPv6 address in brackets)".formatted(home));
    }
}
