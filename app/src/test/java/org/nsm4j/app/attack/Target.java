package org.nsm4j.app.attack;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.nsm4j.app.observe.Metrics;
import org.nsm4j.app.role.DomainRegistry;
import org.nsm4j.app.role.ForwarderChain;
import org.nsm4j.app.role.Manager;
import org.nsm4j.app.role.ManagerChain;
import org.nsm4j.app.role.RegistryRules;
import org.nsm4j.app.role.RegistryStack;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.lease.Ledger;
import org.nsm4j.core.life.Drain;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.core.registry.Journal;
import org.nsm4j.core.registry.Kind;
import org.nsm4j.core.registry.RefreshRegistration;
import org.nsm4j.core.registry.WatchedRegistry;
import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.core.select.SelectEndpoint;
import org.nsm4j.core.select.SelectForwarder;
import org.nsm4j.dataplane.element.OfferMechanisms;
import org.nsm4j.dataplane.element.PlugWire;
import org.nsm4j.dataplane.element.RecordWire;
import org.nsm4j.dataplane.element.Vnis;
import org.nsm4j.dataplane.watch.WatchWire;
import org.nsm4j.dataplane.watch.Watcher;
import org.nsm4j.dataplane.wire.Plumbing;
import org.nsm4j.dataplane.wire.Wire;
import org.nsm4j.dataplane.wire.WireLedger;
import org.nsm4j.grpc.client.Channels;
import org.nsm4j.grpc.client.ClientSettings;
import org.nsm4j.grpc.client.GrpcHops;
import org.nsm4j.grpc.server.Denials;
import org.nsm4j.grpc.spiffe.IdentitySource;
import org.nsm4j.grpc.spiffe.SpiffeTls;
import org.nsm4j.grpc.token.JwtTokens;
import org.nsm4j.grpc.transport.Transport;
import org.nsm4j.identity.authority.AuthoritySettings;
import org.nsm4j.identity.authority.RootAuthority;
import org.nsm4j.sdk.Mesh;
import org.nsm4j.sdk.MeshClient;
import org.nsm4j.sdk.Parts;
import org.nsm4j.sdk.ServedEndpoint;

/**
 * A domain under attack: registry, manager, forwarder and endpoint in this process, with the chains, sockets, identities
 * and tokens of the real ones; only the kernel is left alone. The attacker has an identity of the same trust domain, and
 * says whatever it likes.
 */
final class Target implements AutoCloseable {
    static final String DOMAIN = "nsm.local";
    static final String SERVICE = "vault";
    static final Duration MOST = Duration.ofSeconds(15);

    private static final Duration TOKEN_LIFE = Duration.ofMinutes(10);

    private final Path folder;
    private final LiveScheduler scheduler = new LiveScheduler();
    private final Parts.Shared shared = new Parts.Shared(scheduler, new Transport());
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final RootAuthority authority;
    /** One for each identity: the attacker signs with the very key that it shows. */
    private final Map<String, IdentitySource> sources = new ConcurrentHashMap<>();

    private Target(Path folder) {
        this.folder = folder;
        part(shared);
        var lives = AuthoritySettings.STANDARD.withTrustDomain(DOMAIN);
        this.authority = part(RootAuthority.open(folder.resolve("identity"), lives, scheduler));
    }

    /** What its parts refused. */
    Denials denials() {
        return shared.denials();
    }

    /** Starts everything; its files lie in a folder. */
    static Target start(Path folder) {
        return start(folder, RegistryRules.USUAL);
    }

    /** Starts everything, with registration rules. */
    static Target start(Path folder, Path registrationRules) {
        return start(folder, RegistryRules.USUAL.withRegistrations(Optional.of(registrationRules)));
    }

    private static Target start(Path folder, RegistryRules rules) {
        var target = new Target(folder);
        try {
            target.open(rules);
        } catch (RuntimeException e) {
            target.close();
            throw e;
        }
        return target;
    }

    private void open(RegistryRules rules) {
        part(DomainRegistry.start(
                List.of(registry()),
                Journal.<NetworkService>none(),
                Journal.<Endpoint>none(),
                rules,
                parts("/node/registry")));
        var traits = new ManagerChain.Traits(
                "manager", "tcp://127.0.0.1:5001", SelectForwarder.FORWARDER, Map.of(), List::of);
        var manager = parts("/node/manager");
        part(Manager.start(
                traits,
                List.of(manager()),
                RegistryStack.Domain.at(registry(), manager),
                rules,
                new Metrics(),
                manager));
        forward(parts("/node/forwarder"));
        serve("/app/vault", "vault-1", SERVICE);
    }

    /** An endpoint that serves as the given identity. */
    ServedEndpoint serve(String identity, String name, String service) {
        return part(mesh(identity)
                .endpoint(name)
                .provides(service)
                .addresses("172.16.0.0/16")
                .serve());
    }

    /** An honest client with the given identity. */
    MeshClient client(String identity) {
        return mesh(identity).client(identity.substring(identity.lastIndexOf('/') + 1));
    }

    private Mesh mesh(String identity) {
        return part(new Mesh(parts(identity), manager(), folder));
    }

    private void forward(Parts own) {
        var services = part(new WatchedRegistry<>(Kind.SERVICE, scheduler, new Random(), own.services(manager())));
        var endpoints = part(new WatchedRegistry<>(Kind.ENDPOINT, scheduler, new Random(), own.endpoints(manager())));
        var plug =
                new PlugWire("target", OnPaper::new, new Vnis(new Random()::nextInt), null, (_, _, _) -> {}, _ -> "");
        var record = new RecordWire("target", new WireLedger(Ledger.none(), scheduler), id -> {}, scheduler);
        var chain = ForwarderChain.of(
                "forwarder",
                new ConnectionTable(scheduler),
                new SelectEndpoint(services, endpoints, scheduler),
                new ForwarderChain.Wires(
                        new OfferMechanisms(null),
                        record,
                        new WatchWire(Watcher.BLIND),
                        plug,
                        url -> false,
                        new Drain("target", own.events(), scheduler)),
                new Metrics(),
                own);
        part(own.serve(List.of(forwarder()), Parts.Served.chain(chain, () -> true)));
        services.start();
        endpoints.start();
        var registration =
                part(new RefreshRegistration<>(Kind.ENDPOINT, own.endpoints(manager()), scheduler, new Random()));
        registration.register(
                Endpoint.named("forwarder")
                        .providing(List.of(SelectForwarder.FORWARDER))
                        .withLabels(Map.of(SelectForwarder.FORWARDER, Map.of("p2p", "true")))
                        .at(forwarder().toString()),
                MOST);
    }

    <T extends AutoCloseable> T part(T part) {
        parts.push(part);
        return part;
    }

    /** What somebody of the trust domain stands on. */
    Parts parts(String identity) {
        return part(Parts.open(source(identity), TOKEN_LIFE, Duration.ofSeconds(5), shared));
    }

    /** An identity of the trust domain. */
    IdentitySource source(String path) {
        return sources.computeIfAbsent(path, each -> authority.source(id(each)));
    }

    static SpiffeId id(String path) {
        return new SpiffeId(DOMAIN, path);
    }

    /** The tokens that an identity makes. */
    Tokens tokens(String identity) {
        return new JwtTokens(source(identity), TOKEN_LIFE, scheduler::now);
    }

    /** A hop as an attacker calls it: with one identity in the handshake, and any tokens in the headers. */
    Hop attack(Url url, String identity, Tokens tokens) {
        return new GrpcHops(channels(identity, tokens)).at(url);
    }

    /** Connections of an attacker. */
    Channels channels(String identity, Tokens tokens) {
        return part(new Channels(shared.transport(), new SpiffeTls(source(identity)), tokens, ClientSettings.USUAL));
    }

    /** Tokens that are always the same. */
    static Tokens always(String token) {
        return audience -> new Caller.Token(token, Instant.now().plusSeconds(600));
    }

    static Instant soon() {
        return Instant.now().plus(MOST);
    }

    Url registry() {
        return Url.unix(folder.resolve("registry.sock").toString());
    }

    Url manager() {
        return Url.unix(folder.resolve("manager.sock").toString());
    }

    Url forwarder() {
        return Url.unix(folder.resolve("forwarder.sock").toString());
    }

    /** A wire that exists on paper alone. */
    private static final class OnPaper implements Plumbing.Plugged {
        private volatile Wire wire;

        OnPaper(Wire wire) {
            this.wire = wire;
        }

        @Override
        public Wire wire() {
            return wire;
        }

        @Override
        public void change(Wire to) {
            wire = to;
        }

        @Override
        public Plumbing.Plugged replaceBy(Wire other) {
            return new OnPaper(other);
        }

        @Override
        public void close() {}
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("a part of the target did not end in order", e);
            }
        }
    }
}
