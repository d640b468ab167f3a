package org.nsm4j.app.role;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.app.config.NodeSettings;
import org.nsm4j.app.observe.Metrics;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.life.TurnAwayNewcomers;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.TokenSubject;
import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.core.select.SelectForwarder;
import org.nsm4j.dataplane.wire.Underlay;
import org.nsm4j.grpc.token.TokenReader;
import org.nsm4j.grpc.transport.Transport;
import org.nsm4j.sdk.Mesh;
import org.nsm4j.sdk.Parts;
import org.nsm4j.store.SqliteStore;

/**
 * {@code nsm up}: this host as a node. Identity, registry, manager, forwarder and client in one process, each with its own
 * chain, identity and path segment, speaking to one another as they would between processes.
 */
final class Node implements AutoCloseable {
    /** Where upstream's programs look for a manager. */
    private static final Path UPSTREAM_SOCKET = Path.of("/var/lib/networkservicemesh/nsm.io.sock");

    private static final int OWNER_ALONE = 0600;

    private static final Path STANDARD_RUN_DIR = Path.of("/run/nsm");

    private final NodeSettings settings;
    private final String name;
    private final LiveScheduler scheduler = new LiveScheduler();
    private final Parts.Shared shared = new Parts.Shared(scheduler, new Transport());
    private final Metrics metrics = new Metrics();
    private final TokenSubject subjects = new TokenReader();
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final TurnAwayNewcomers newcomers;
    private final Optional<Underlay> underlay;
    private final NodeIdentity identity;
    private final @Nullable DomainRegistry registry;
    private final Manager manager;
    private final Forwarder forwarder;
    private final Parts clientParts;
    private final NodeClient client;
    private final NodeAudit audit = new NodeAudit(this);

    private Node(NodeSettings settings) {
        this.settings = settings;
        this.name = settings.nodeName().isEmpty() ? hostName() : settings.nodeName();
        this.newcomers = new TurnAwayNewcomers(name);
        try {
            part(shared);
            this.underlay = UnderlayFinder.find(settings.underlayDevice(), settings.tunnelIp(), settings.vxlanPort());
            this.identity = part(NodeIdentity.open(settings, name, address().orElse(null), scheduler));
            this.registry = ownsRegistry() ? part(startRegistry()) : null;
            this.manager = part(startManager());
            this.forwarder = part(startForwarder());
            this.clientParts = part(parts("client"));
            var mesh = new Mesh(clientParts, managerUrl(), settings.runDir());
            this.client = new NodeClient(
                    mesh,
                    name + "-client",
                    new KeptConnections(settings.stateDir().resolve("connections")),
                    metrics);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts every part; what was started is closed again when one refuses.
     *
     * @throws Refused naming the part's trouble and its cure
     */
    static Node start(NodeSettings settings) {
        prepare(settings.stateDir(), "rwx------");
        prepare(settings.runDir(), "rwxr-xr-x");
        return new Node(settings);
    }

    private static void prepare(Path folder, String mode) {
        try {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "cannot make %s: %s (expected: a folder that this process may make)"
                            .formatted(folder, e.getMessage()),
                    e);
        }
    }

    private <T extends AutoCloseable> T part(T part) {
        parts.push(part);
        return part;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "node";
        }
    }

    private Parts parts(String part) {
        var opened = Parts.open(identity.of(name, part), settings.maxTokenLifetime(), settings.dialTimeout(), shared);
        opened.holdTo(settings.trust().trust());
        return opened;
    }

    private RegistryRules rules() {
        return RegistryRules.USUAL.withRegistrations(settings.trust().registrationRules());
    }

    /** Where other hosts reach this one. */
    Optional<InetAddress> address() {
        return settings.listenAddress().or(() -> underlay.map(Underlay::address));
    }

    private boolean ownsRegistry() {
        return settings.registryUrl().isEmpty() && identity.homeRegistry().isEmpty();
    }

    private Url registryUrl() {
        return settings.registryUrl()
                .or(identity::homeRegistry)
                .orElseGet(() ->
                        Url.unix(settings.runDir().resolve("registry.sock").toString()));
    }

    private DomainRegistry startRegistry() {
        var transport = part(parts("registry"));
        var store = part(SqliteStore.open(settings.stateDir().resolve("registry.db")));
        var listen = new ArrayList<Url>();
        listen.add(Url.unix(settings.runDir().resolve("registry.sock").toString()));
        address().ifPresent(address -> listen.add(tcp(address, settings.registryPort())));
        return DomainRegistry.start(listen, store.services(), store.endpoints(), rules(), transport);
    }

    private Url managerUrl() {
        return Url.unix(settings.runDir().resolve("nsm.io.sock").toString());
    }

    private Manager startManager() {
        var listen = new ArrayList<Url>();
        listen.add(managerUrl());
        if (settings.runDir().equals(STANDARD_RUN_DIR)) {
            listen.add(Url.unix(UPSTREAM_SOCKET.toString()));
        }
        var reach = address().orElse(InetAddress.getLoopbackAddress());
        var publicUrl = tcp(reach, settings.managerPort());
        listen.add(publicUrl);
        var traits = new ManagerChain.Traits(
                name, publicUrl.toString(), SelectForwarder.FORWARDER, Map.of("nodeName", name), List::of, newcomers);
        var transport = part(parts("manager"));
        var domain = RegistryStack.Domain.at(registryUrl(), transport);
        return Manager.start(traits, listen, domain, rules(), metrics, transport);
    }

    private Forwarder startForwarder() {
        var listen = Url.unix(settings.runDir().resolve("forwarder.sock").toString());
        var traits = new Forwarder.Traits(
                name + "-forwarder",
                name,
                SelectForwarder.FORWARDER,
                settings.labels(),
                underlay.orElse(null),
                OWNER_ALONE,
                this::isFromOwnClient,
                settings.maxTokenLifetime());
        return Forwarder.start(traits, listen, managerUrl(), metrics, part(parts("forwarder")));
    }

    /** Whether a request started at this node's own client, which root commands: its token, checked on the way, says so. */
    private boolean isFromOwnClient(Call call) {
        var first = call.connection().path().segment(0);
        return first.flatMap(segment -> subjects.of(segment.token()))
                .filter(identity.idOf(name, "client")::equals)
                .isPresent();
    }

    private static Url tcp(InetAddress address, int port) {
        var text = address.getHostAddress();
        return new Url("tcp", (text.contains(":") ? "[" + text + "]" : text) + ":" + port);
    }

    /** Compares what should be here with what is. */
    NodeAudit audit() {
        return audit;
    }

    /** Takes no new connections, and has those of its endpoints moved to other nodes; or goes on as before. */
    void drain(boolean on) {
        newcomers.drain(on);
        client.drain(on);
        forwarder.drain().drain(on);
    }

    /** Takes up the connections that were kept. */
    void resume() {
        client.resume();
    }

    NodeSettings settings() {
        return settings;
    }

    String name() {
        return name;
    }

    NodeIdentity identity() {
        return identity;
    }

    Manager manager() {
        return manager;
    }

    Forwarder forwarder() {
        return forwarder;
    }

    Optional<DomainRegistry> registry() {
        return Optional.ofNullable(registry);
    }

    NodeClient client() {
        return client;
    }

    Parts parts() {
        return clientParts;
    }

    /** Where other nodes reach this one's manager. */
    String publicUrl() {
        return tcp(address().orElse(InetAddress.getLoopbackAddress()), settings.managerPort())
                .toString();
    }

    /** What is counted. */
    Metrics metrics() {
        return metrics;
    }

    LiveScheduler scheduler() {
        return scheduler;
    }

    /** Ends every part, the last started first; wires stay as they are. */
    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                System.getLogger(Node.class.getName())
                        .log(System.Logger.Level.WARNING, "a part did not close in order", e);
            }
        }
    }
}
