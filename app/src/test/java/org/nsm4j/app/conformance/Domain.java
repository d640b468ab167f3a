package org.nsm4j.app.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.nsm4j.app.role.DomainRegistry;
import org.nsm4j.app.role.RegistryRules;
import org.nsm4j.app.train.PaperNode;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.registry.Journal;
import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.grpc.transport.Transport;
import org.nsm4j.identity.authority.AuthoritySettings;
import org.nsm4j.identity.authority.RootAuthority;
import org.nsm4j.sdk.Mesh;
import org.nsm4j.sdk.Parts;
import org.nsm4j.sdk.ServedEndpoint;

/** A domain of ours in this process: a registry, two nodes, and endpoints that count what reaches them. */
@SuppressWarnings("NullAway.Init") // before all tests
final class Domain implements BeforeAllCallback, AfterAllCallback {
    private static final String TRUST = "conformance.test";
    private static final Duration LIFE = Duration.ofMinutes(10);

    private Parts.Shared shared;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private Path folder = Path.of("");
    private RootAuthority authority;
    private PaperNode.Place one;
    private PaperNode.Place two;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        folder = Files.createTempDirectory("nsmconf");
        var scheduler = new LiveScheduler(); // here, for what failed is run once more
        shared = part(new Parts.Shared(scheduler, new Transport()));
        var lives = AuthoritySettings.STANDARD.withTrustDomain(TRUST);
        authority = part(RootAuthority.open(folder.resolve("identity"), lives, scheduler));
        part(DomainRegistry.start(
                List.of(registry()), Journal.none(), Journal.none(), RegistryRules.USUAL, identified("registry")));
        one = new PaperNode.Place("one", folder, freePort());
        two = new PaperNode.Place("two", folder, freePort());
        for (var place : List.of(one, two)) {
            part(PaperNode.start(place, registry(), name -> identified(place.name() + "/" + name)));
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private <T extends AutoCloseable> T part(T part) {
        parts.push(part);
        return part;
    }

    private Parts identified(String name) {
        return part(Parts.open(authority.source(id(name)), LIFE, Duration.ofSeconds(5), shared));
    }

    /** Who a part of this domain is. */
    static SpiffeId id(String name) {
        return new SpiffeId(TRUST, "/" + name);
    }

    /** The registry of the domain. */
    Url registry() {
        return Url.unix(folder.resolve("registry.sock").toString());
    }

    /** The manager of the first node. */
    Url manager() {
        return one.manager();
    }

    /** The manager of the second node. */
    Url otherManager() {
        return two.manager();
    }

    /** A program of somebody else's, with an identity of this domain. */
    Peer peer(String name) {
        return part(new Peer(authority.source(id(name))));
    }

    /** What reached an endpoint. */
    static final class Counts implements Element {
        final AtomicInteger requests = new AtomicInteger();
        final AtomicInteger closes = new AtomicInteger();

        @Override
        public Connection request(Call call, Rest rest) {
            requests.incrementAndGet();
            return rest.request(call);
        }

        @Override
        public void close(Call call, Rest rest) {
            closes.incrementAndGet();
            rest.close(call);
        }
    }

    /** Serves an endpoint of its own service behind the first node's manager. */
    Counts endpoint(String service) {
        var counts = new Counts();
        serve(service, counts);
        return counts;
    }

    private ServedEndpoint serve(String service, Counts counts) {
        var mesh = part(new Mesh(identified("endpoint/" + service), manager(), folder));
        return part(mesh.endpoint("endpoint-" + service)
                .provides(service)
                .with(counts)
                .addresses("172.16.0.0/16")
                .serve());
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
