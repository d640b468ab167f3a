package org.nsm4j.app.train;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.nsm4j.app.role.DomainRegistry;
import org.nsm4j.app.role.RegistryRules;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.grpc.spiffe.WorkloadApiSource;
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
    /** On a machine that is busy, what the JVM has seen until then must do. */
    private static final Duration REHEARSING = Duration.ofSeconds(30);

    private final Path folder;
    private final PaperNode.Place place;
    private final LiveScheduler scheduler = new LiveScheduler();
    private final Parts.Shared shared = new Parts.Shared(scheduler, new Transport());
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    private Rehearsal(Path folder) {
        this.folder = folder;
        this.place = new PaperNode.Place("train", folder, 0);
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
        part(PaperNode.start(place, registry(), name -> parts(authority, name)));
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

    /**
     * Of a program behind sockets, as clients and endpoints are. It names by its path the only namespace that there is: as
     * a file it would be refused, for it is the node's.
     */
    private Mesh mesh() {
        var own = part(new Parts.Shared(new LiveScheduler(), new Transport()));
        var identity = new WorkloadApiSource(identities(), new Transport(1), WorkloadApiSource.FIRST);
        return part(new Mesh(Parts.open(identity, TOKEN_LIFE, DIAL, own), manager(), folder));
    }

    private Url registry() {
        return Url.unix(folder.resolve("registry.sock").toString());
    }

    /** Where the manager listens. */
    Url manager() {
        return place.manager();
    }

    /** The Workload API's address. */
    String identities() {
        return "unix://" + folder.resolve("identity.sock");
    }

    /** Sets connections up, refreshes and closes them, until the JVM has seen enough of it to know what is hot. */
    void connectOften(int connections) {
        var client = mesh().client("train-often");
        var url = ConnectUrl.parse("kernel://%s/nsm-1".formatted(SERVICE));
        var workload = Netns.ofProcess(ProcessHandle.current().pid());
        long end = scheduler.nanoTime() + REHEARSING.toNanos();
        for (int i = 0; i < connections && scheduler.nanoTime() - end < 0; i++) {
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
