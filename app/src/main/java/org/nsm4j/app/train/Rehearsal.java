package org.nsm4j.app.train;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.nsm4j.app.observe.Metrics;
import org.nsm4j.app.role.DomainRegistry;
import org.nsm4j.app.role.ForwarderChain;
import org.nsm4j.app.role.Manager;
import org.nsm4j.app.role.ManagerChain;
import org.nsm4j.app.role.RegistryRules;
import org.nsm4j.app.role.RegistryStack;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.lease.Ledger;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.registry.Kind;
import org.nsm4j.core.registry.RefreshRegistration;
import org.nsm4j.core.registry.WatchedRegistry;
import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.core.select.SelectForwarder;
import org.nsm4j.dataplane.element.OfferMechanisms;
import org.nsm4j.dataplane.element.PlugWire;
import org.nsm4j.dataplane.element.RecordWire;
import org.nsm4j.dataplane.element.Vnis;
import org.nsm4j.dataplane.watch.WatchWire;
import org.nsm4j.dataplane.watch.Watcher;
import org.nsm4j.dataplane.wire.WireLedger;
import org.nsm4j.grpc.transport.Transport;
import org.nsm4j.identity.attest.Attestor;
import org.nsm4j.identity.attest.RuleFile;
import org.nsm4j.identity.authority.AuthoritySettings;
import org.nsm4j.identity.authority.RootAuthority;
import org.nsm4j.identity.workload.WorkloadApi;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.sdk.Mesh;
import org.nsm4j.sdk.Parts;
import org.nsm4j.store.SqliteStore;

/**
 * A node and an endpoint in this process, with the chains, identities, tokens and sockets of the real ones; only the
 * kernel is left alone.
 */
final class Rehearsal implements AutoCloseable {
    static final String SERVICE = "train";

    private static final String DOMAIN = "nsm.local";
    private static final Duration TOKEN_LIFE = Duration.ofMinutes(10);
    private static final Duration DIAL = Duration.ofSeconds(5);
    private static final Duration MOST = Duration.ofSeconds(15);
    private static final int CONNECTIONS = 200;

    private final Path folder;
    private final LiveScheduler scheduler = new LiveScheduler();
    private final Parts.Shared shared = new Parts.Shared(scheduler, new Transport());
    private final Metrics metrics = new Metrics();
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    private Rehearsal(Path folder) {
        this.folder = folder;
    }

    /** Starts everything; its files lie in a folder. */
    static Rehearsal start(Path folder) {
        var rehearsal = new Rehearsal(folder);
        try {
            rehearsal.open();
        } catch (RuntimeException e) {
            rehearsal.close();
            throw e;
        }
        return rehearsal;
    }

    private void open() {
        part(shared);
        var lives = AuthoritySettings.STANDARD.withTrustDomain(DOMAIN);
        var authority = part(RootAuthority.open(folder.resolve("identity"), lives, scheduler));
        var program = ProcessHandle.current().info().command().map(Path::of).orElse(Path.of("/proc/self/exe"));
        RuleFile.createStandard(folder.resolve("identity.yaml"), List.of(program));
        var rules = RuleFile.open(folder.resolve("identity.yaml"));
        part(WorkloadApi.serve(
                folder.resolve("identity.sock"),
                authority,
                new Attestor(DOMAIN, rules::rules),
                WorkloadApi.Limits.STANDARD));
        var store = part(SqliteStore.open(folder.resolve("registry.db")));
        part(DomainRegistry.start(
                List.of(registry()),
                store.services(),
                store.endpoints(),
                RegistryRules.USUAL,
                parts(authority, "registry")));
        var traits = new ManagerChain.Traits(
                "train", "tcp://127.0.0.1:5001", SelectForwarder.FORWARDER, Map.of("nodeName", "train"), List::of);
        var managerParts = parts(authority, "manager");
        var domain = RegistryStack.Domain.at(registry(), managerParts);
        part(Manager.start(traits, List.of(manager()), domain, RegistryRules.USUAL, metrics, managerParts));
        forward(parts(authority, "forwarder"));
        part(mesh().endpoint("train-1")
                .provides(SERVICE)
                .addresses("172.16.0.0/16")
                .serve());
    }

    private <T extends AutoCloseable> T part(T part) {
        parts.push(part);
        return part;
    }

    private Parts parts(RootAuthority authority, String name) {
        var source = authority.source(new SpiffeId(DOMAIN, "/node/train/" + name));
        return part(Parts.open(source, TOKEN_LIFE, DIAL, shared));
    }

    private void forward(Parts own) {
        var services = part(new WatchedRegistry<>(Kind.SERVICE, scheduler, new Random(), own.services(manager())));
        var endpoints = part(new WatchedRegistry<>(Kind.ENDPOINT, scheduler, new Random(), own.endpoints(manager())));
        var plug =
                new PlugWire("train", PaperWire::new, new Vnis(new Random()::nextInt), null, (_, _, _) -> {}, _ -> "");
        var record = new RecordWire("train", new WireLedger(Ledger.none(), scheduler), id -> {}, scheduler);
        var listen = Url.unix(folder.resolve("forwarder.sock").toString());
        var chain = ForwarderChain.of(
                "train-forwarder",
                new ConnectionTable(scheduler),
                services,
                endpoints,
                new ForwarderChain.Wires(
                        new OfferMechanisms(null), record, new WatchWire(Watcher.BLIND), plug, url -> false),
                metrics,
                own);
        part(own.serve(List.of(listen), Parts.Served.chain(chain, () -> true)));
        services.start();
        endpoints.start();
        var registration =
                part(new RefreshRegistration<>(Kind.ENDPOINT, own.endpoints(manager()), scheduler, new Random()));
        registration.register(
                Endpoint.named("train-forwarder")
                        .providing(List.of(SelectForwarder.FORWARDER))
                        .withLabels(Map.of(SelectForwarder.FORWARDER, Map.of("p2p", "true")))
                        .at(listen.toString()),
                MOST);
    }

    private Mesh mesh() {
        return part(new Mesh(Parts.fromWorkloadApi(identities(), TOKEN_LIFE, DIAL), manager(), folder));
    }

    private Url registry() {
        return Url.unix(folder.resolve("registry.sock").toString());
    }

    /** Where the manager listens. */
    Url manager() {
        return Url.unix(folder.resolve("nsm.io.sock").toString());
    }

    /** The Workload API's address. */
    String identities() {
        return "unix://" + folder.resolve("identity.sock");
    }

    /** Sets connections up, refreshes and closes them, until the JVM has seen enough of it to know what is hot. */
    void connectOften() {
        var client = mesh().client("train-often");
        var url = ConnectUrl.parse("kernel://%s/nsm-1".formatted(SERVICE));
        var workload = Netns.ofProcess(ProcessHandle.current().pid());
        for (int i = 0; i < CONNECTIONS; i++) {
            var id = new ConnectionId("often-" + i);
            client.connect(id, url, workload, Map.of(), MOST);
            client.connect(id, url, workload, Map.of(), MOST);
            client.disconnect(id, MOST);
        }
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("a part of the rehearsal did not end in order", e);
            }
        }
    }
}
