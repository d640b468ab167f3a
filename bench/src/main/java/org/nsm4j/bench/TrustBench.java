package org.nsm4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Opaque;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.core.path.UpdatePath;
import org.nsm4j.core.path.UpdateToken;
import org.nsm4j.core.policy.Authorize;
import org.nsm4j.core.policy.KeepOwner;
import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.grpc.client.Channels;
import org.nsm4j.grpc.client.ClientSettings;
import org.nsm4j.grpc.client.GrpcHops;
import org.nsm4j.grpc.server.NsmServer;
import org.nsm4j.grpc.server.Requests;
import org.nsm4j.grpc.spiffe.IdentitySource;
import org.nsm4j.grpc.spiffe.SpiffeTls;
import org.nsm4j.grpc.token.JwtTokens;
import org.nsm4j.grpc.transport.Transport;
import org.nsm4j.identity.authority.AuthoritySettings;
import org.nsm4j.identity.authority.RootAuthority;
import org.nsm4j.sdk.Parts;

/**
 * What trust costs a hop: the same refresh over a unix socket with mTLS, tokens, policies and the signatures of a path of
 * six, and without any of it, in turn; and the first call of a program that was not connected yet.
 */
final class TrustBench {
    private static final String DOMAIN = "nsm.local";
    private static final int EARLIER = 4;
    private static final int BLOCKS = 20;
    private static final int BLOCK = 500;
    private static final int FIRST_CALLS = 30;
    private static final Duration TOKEN_LIFE = Duration.ofMinutes(10);
    private static final Duration MOST = Duration.ofSeconds(30);

    private final Figures figures;
    private final LiveScheduler scheduler = new LiveScheduler();
    private final Transport transport = new Transport();
    private final Map<String, IdentitySource> identities = new ConcurrentHashMap<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    TrustBench(Figures figures) {
        this.figures = figures;
    }

    void run() throws Exception {
        var folder = Files.createTempDirectory("nsm-bench-trust");
        try {
            measure(folder);
        } finally {
            for (var each : open.reversed()) {
                each.close();
            }
            transport.close();
            scheduler.close();
            delete(folder);
        }
    }

    private void measure(Path folder) {
        var authority = closing(RootAuthority.open(
                folder.resolve("identity"), AuthoritySettings.STANDARD.withTrustDomain(DOMAIN), scheduler));
        var trusting = Url.unix(folder.resolve("trusting.sock").toString());
        var bare = Url.unix(folder.resolve("bare.sock").toString());
        serveTrusting(authority, trusting);
        closing(NsmServer.insecure(transport)
                .requests(
                        Requests.of(Chain.through(new UpdatePath("hop", TrustBench::id), new ConnectionTable(scheduler))
                                .to((call, rest) -> call.connection())))
                .listen(List.of(bare)));
        var request = request(authority);
        var secure = new Asker(secure(authority), trusting, request);
        var plain = new Asker(closing(new Channels(transport, null, Tokens.NONE, ClientSettings.USUAL)), bare, request);
        figures.add(Figure.of("trust.first.cold", millis(secure::ask), "ms"));
        warm(secure, plain);
        firstCalls(authority, trusting, bare, request);
    }

    private void serveTrusting(RootAuthority authority, Url url) {
        var own = closing(
                Parts.open(source(authority, "/hop"), TOKEN_LIFE, MOST, new Parts.Shared(scheduler, transport)));
        var chain = Chain.through(
                        new UpdatePath("hop", TrustBench::id),
                        new UpdateToken(own.tokens()),
                        new Authorize(own.serverPolicies(), own.owners(), scheduler),
                        new ConnectionTable(scheduler),
                        new KeepOwner(own.owners()))
                .to((call, rest) -> call.connection());
        closing(own.serve(List.of(url), Parts.Served.chain(chain, () -> true)));
    }

    /** Both in turn, so that whatever else the machine does hits both. */
    private void warm(Asker secure, Asker plain) {
        for (int i = 0; i < BLOCKS * BLOCK; i++) {
            secure.ask();
            plain.ask();
        }
        var trusting = new Samples();
        var bare = new Samples();
        for (int block = 0; block < BLOCKS; block++) {
            sample(plain::ask, bare, BLOCK);
            sample(secure::ask, trusting, BLOCK);
        }
        figures.add(Figure.of("trust.warm.hop.p50", trusting.median(), "ms").limit(bare.median()));
        figures.add(
                Figure.of("trust.warm.hop.p99", trusting.percentile(99), "ms").limit(bare.percentile(99)));
        figures.add(Figure.of("trust.warm.cost.p50", trusting.median() - bare.median(), "ms")
                .target("<=0.3"));
    }

    private void firstCalls(RootAuthority authority, Url trusting, Url bare, Request request) {
        var secure = new Samples();
        var plain = new Samples();
        for (int i = 0; i < FIRST_CALLS; i++) {
            try (var channels = secure(authority)) {
                sample(new Asker(channels, trusting, request)::ask, secure, 1);
            }
            try (var channels = new Channels(transport, null, Tokens.NONE, ClientSettings.USUAL)) {
                sample(new Asker(channels, bare, request)::ask, plain, 1);
            }
        }
        figures.add(Figure.of("trust.first.p50", secure.median(), "ms").limit(plain.median()));
    }

    private static void sample(Runnable call, Samples samples, int rounds) {
        for (int i = 0; i < rounds; i++) {
            samples.add(millis(call));
        }
    }

    private static double millis(Runnable call) {
        long begin = System.nanoTime();
        call.run();
        return (System.nanoTime() - begin) / 1e6;
    }

    /** Asks for one connection again and again, with what it was answered. */
    private static final class Asker {
        private final Hop hop;
        private Request request;

        Asker(Channels channels, Url url, Request request) {
            this.hop = new GrpcHops(channels).at(url);
            this.request = request;
        }

        void ask() {
            var answer = hop.request(request, Instant.now().plus(MOST), _ -> {});
            request = new Request(answer, request.preferences());
        }
    }

    private Channels secure(RootAuthority authority) {
        var source = source(authority, "/hop-" + EARLIER);
        var tokens = new JwtTokens(source, TOKEN_LIFE, scheduler::now);
        return closing(new Channels(transport, new SpiffeTls(source), tokens, ClientSettings.USUAL));
    }

    private IdentitySource source(RootAuthority authority, String path) {
        return identities.computeIfAbsent(path, each -> authority.source(new SpiffeId(DOMAIN, each)));
    }

    /** A connection that has come over four hops before the one that asks. */
    private Request request(RootAuthority authority) {
        var segments = new ArrayList<Segment>();
        for (int i = 0; i <= EARLIER; i++) {
            var tokens = new JwtTokens(source(authority, "/hop-" + i), TOKEN_LIFE, scheduler::now);
            var token = tokens.mint(new SpiffeId(DOMAIN, "/hop-" + (i + 1)));
            segments.add(Segment.of("hop-" + i, id()).withToken(token.value(), token.expires()));
        }
        var path = new org.nsm4j.core.model.Path(EARLIER, segments, Opaque.NONE);
        return new Request(Connection.to("any").withId(segments.getLast().id()).withPath(path), List.of());
    }

    private static ConnectionId id() {
        return new ConnectionId(UUID.randomUUID().toString());
    }

    private <T extends AutoCloseable> T closing(T part) {
        open.add(part);
        return part;
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
