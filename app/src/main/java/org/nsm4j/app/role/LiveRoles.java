package org.nsm4j.app.role;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.nsm4j.app.admin.AccessRule;
import org.nsm4j.app.cli.Roles;
import org.nsm4j.app.cli.Running;
import org.nsm4j.app.config.ClientSettings;
import org.nsm4j.app.config.ForwarderSettings;
import org.nsm4j.app.config.HostPort;
import org.nsm4j.app.config.ManagerSettings;
import org.nsm4j.app.config.NodeSettings;
import org.nsm4j.app.config.PassthroughSettings;
import org.nsm4j.app.config.RegistrySettings;
import org.nsm4j.app.config.ResponderSettings;
import org.nsm4j.app.config.VpnGatewaySettings;
import org.nsm4j.app.observe.Metrics;
import org.nsm4j.app.observe.MetricsServer;
import org.nsm4j.core.address.AllocateAddresses;
import org.nsm4j.core.address.PrefixGroups;
import org.nsm4j.core.address.ServeDns;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.life.EndWhenIdle;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.registry.Journal;
import org.nsm4j.core.select.Capacity;
import org.nsm4j.dataplane.wire.Underlay;
import org.nsm4j.functions.vpn.VpnGateway;
import org.nsm4j.functions.vpn.WireguardConfig;
import org.nsm4j.grpc.server.ServerSettings;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.sdk.Mesh;
import org.nsm4j.sdk.Parts;
import org.nsm4j.store.SqliteStore;

/** The roles as they run for real. */
public final class LiveRoles implements Roles {
    private static final Duration DIAL = Duration.ofSeconds(5);

    @Override
    public Running node(NodeSettings settings) {
        var node = Node.start(settings);
        var started = new CompletableFuture<Running>(); // a command to end may come before
        var metrics = NodeMetrics.serve(settings.metricsListenOn(), node);
        var parts = new Ending(metrics, node);
        var admin = new NodeAdmin(node, () -> {
            parts.close();
            // the socket last, and by somebody else: the command that ends the node is still to be answered on it
            node.scheduler().spawn("end", () -> started.join().close());
        });
        // before anybody can ask: what is taken up must not be unknown to who wants it closed
        node.resume();
        var socket = AdminSocket.open(settings.adminSocket(), admin, AccessRule.forGroup(settings.adminGroup()));
        var running = new Ending(parts, socket);
        started.complete(running);
        return running;
    }

    @Override
    public Running manager(ManagerSettings settings) {
        var transport = transport(settings.workloadApi(), settings.maxTokenLifetime(), settings.dialTimeout());
        transport.holdTo(settings.trust().trust());
        transport.judgeRegistriesBy(settings.registryClientPolicies());
        var traits = new ManagerChain.Traits(
                settings.name(),
                publicUrl(settings.listenOn()),
                settings.forwarderService(),
                whereabouts(),
                new PrefixFile(settings.excludedPrefixes()));
        var metrics = new Metrics();
        var domain = settings.registryUrl()
                .map(url -> RegistryStack.Domain.at(url, transport))
                .orElseGet(() -> RegistryStack.Domain.inMemory(transport));
        var rules = RegistryRules.USUAL
                .withPolicies(settings.registryServerPolicies())
                .withRegistrations(settings.trust().registrationRules());
        return new Ending(
                served(metrics, settings.metricsListenOn()),
                Manager.start(traits, settings.listenOn(), domain, rules, metrics, transport),
                transport);
    }

    private static AutoCloseable served(Metrics metrics, Optional<HostPort> listen) {
        metrics.includeJvm();
        boolean asked = "true".equals(System.getenv("PROMETHEUS")); // upstream's switch, and where it then serves them
        return listen.or(() -> asked ? Optional.of(new HostPort("", 8081)) : Optional.empty())
                .<AutoCloseable>map(where -> MetricsServer.start(metrics, where))
                .orElse(() -> {});
    }

    /** The first tcp URL, with this host's own address where it names none (behaviour M-13). */
    private static String publicUrl(List<Url> listen) {
        var tcp = listen.stream().filter(url -> !url.isLocal()).findFirst();
        if (tcp.isEmpty()) {
            return listen.getFirst().toString();
        }
        var url = tcp.get();
        if (!url.host().isEmpty()) {
            return url.toString();
        }
        var address = UnderlayFinder.find("", Optional.empty(), 1)
                .map(Underlay::address)
                .map(InetAddress::getHostAddress)
                .orElse("127.0.0.1");
        return "tcp://" + (address.contains(":") ? "[" + address + "]" : address) + ":" + url.port();
    }

    @Override
    public Running forwarder(ForwarderSettings settings) {
        var transport = transport(settings.workloadApi(), settings.maxTokenLifetime(), settings.dialTimeout());
        transport.holdTo(settings.trust().trust());
        transport.judgeRegistriesBy(settings.registryClientPolicies());
        var underlay = UnderlayFinder.findIn(settings.tunnelIp(), settings.effectiveVxlanPort());
        var labels = new LinkedHashMap<>(settings.labels());
        labels.putAll(whereabouts());
        var traits = new Forwarder.Traits(
                settings.name(),
                System.getenv().getOrDefault("NODE_NAME", settings.name()),
                settings.serviceName(),
                labels,
                underlay.orElse(null),
                ServerSettings.USUAL.socketMode(),
                call -> false,
                settings.maxTokenLifetime());
        var metrics = new Metrics();
        return new Ending(
                served(metrics, settings.metricsListenOn()),
                Forwarder.start(traits, settings.listenOn(), settings.connectTo(), metrics, transport),
                transport);
    }

    @Override
    public Running registry(RegistrySettings settings) {
        var transport = transport(settings.workloadApi(), settings.maxTokenLifetime(), DIAL);
        transport.judgeRegistriesBy(settings.registryClientPolicies());
        transport.holdTo(settings.trust().trust());
        var rules = new RegistryRules(
                        settings.registryServerPolicies(),
                        settings.expirePeriod(),
                        RegistryRules.USUAL.registrations(),
                        settings.proxyRegistryUrl())
                .withRegistrations(settings.trust().registrationRules());
        if (settings.store().isEmpty()) {
            return new Ending(
                    DomainRegistry.start(
                            settings.listenOn(),
                            Journal.<NetworkService>none(),
                            Journal.<Endpoint>none(),
                            rules,
                            transport),
                    transport);
        }
        var store = SqliteStore.open(settings.store().get());
        return new Ending(
                DomainRegistry.start(settings.listenOn(), store.services(), store.endpoints(), rules, transport),
                store,
                transport);
    }

    @Override
    public Running client(ClientSettings settings) {
        var mesh =
                mesh(settings.workloadApi(), settings.connectTo(), settings.maxTokenLifetime(), settings.dialTimeout());
        return new ClientRole(settings, mesh);
    }

    @Override
    public Running responder(ResponderSettings settings) {
        var folder = settings.baseDir().isEmpty() ? socketFolder(settings.connectTo()) : Path.of(settings.baseDir());
        var transport = transport(settings.workloadApi(), settings.maxTokenLifetime(), DIAL);
        transport.judgeRegistriesBy(settings.registryClientPolicies());
        var mesh = new Mesh(transport, settings.connectTo(), folder);
        var ended = new CompletableFuture<Running>(); // it may be idle before it serves
        var builder = mesh.endpoint(settings.name())
                .payload(settings.payload())
                .with(new AllocateAddresses(
                        new PrefixGroups(settings.cidrPrefix()),
                        switch (settings.ipamPolicy()) {
                            case POLITE -> AllocateAddresses.Foreign.KEPT;
                            case STRICT -> AllocateAddresses.Foreign.REMOVED;
                        },
                        settings.name(),
                        mesh.leases(settings.name()),
                        settings.addressRest(),
                        mesh.parts().scheduler()))
                .with(new ServeDns(settings.dnsConfigs()::all))
                .registersServices(settings.registerService())
                .unregisters(settings.unregisterItself());
        settings.serviceNames().forEach(builder::provides);
        whereabouts().forEach(builder::label);
        settings.labels().forEach(builder::label);
        if (settings.capacity() > 0) {
            builder.capacity(settings.capacity());
        }
        if (!settings.netns().isEmpty()) {
            builder.in(Netns.named(settings.netns()));
        }
        if (settings.idleTimeout().isPositive()) {
            var scheduler = transport.scheduler();
            builder.with(new EndWhenIdle(
                    settings.idleTimeout(),
                    scheduler,
                    () -> scheduler.spawn("end", () -> ended.join().close())));
        }
        var running = new Ending(builder.serve(), mesh);
        ended.complete(running);
        return running;
    }

    @Override
    public Running passthrough(PassthroughSettings settings) {
        var mesh = mesh(settings.workloadApi(), settings.connectTo(), settings.maxTokenLifetime(), DIAL);
        var builder = mesh.endpoint(settings.name())
                .registersServices(settings.registerService())
                .passesOn();
        settings.serviceNames().forEach(builder::provides);
        settings.labels().forEach(builder::label);
        if (settings.capacity() > 0) {
            builder.capacity(settings.capacity());
        }
        if (!settings.netns().isEmpty()) {
            builder.in(Netns.named(settings.netns()));
        }
        return new Ending(builder.serve(), mesh);
    }

    @Override
    public Running vpnGateway(VpnGatewaySettings settings) {
        var mesh = mesh(settings.workloadApi(), settings.connectTo(), settings.maxTokenLifetime(), DIAL);
        var netns = settings.netns().isEmpty()
                ? Netns.ofProcess(ProcessHandle.current().pid())
                : Netns.named(settings.netns());
        var gateway = new VpnGateway(
                gateway(settings, netns),
                mesh.leases(settings.name()),
                mesh.parts().scheduler());
        gateway.open();
        var builder = mesh.endpoint(settings.name())
                .registersServices(settings.registerService())
                .in(netns);
        settings.serviceNames().forEach(builder::provides);
        settings.labels().forEach(builder::label);
        if (settings.capacity() > 0) {
            builder.label(Capacity.LABEL, Integer.toString(settings.capacity()));
        }
        gateway.elements().forEach(builder::with);
        return new Ending(builder.serve(), gateway, mesh);
    }

    @Override
    public List<Chain.Part> elements(String role) {
        try (var paper = new PaperRoles()) {
            return paper.elements(role);
        }
    }

    private static VpnGateway.Settings gateway(VpnGatewaySettings settings, Netns netns) {
        int capacity = settings.capacity() == 0 ? Integer.MAX_VALUE : settings.capacity();
        return new VpnGateway.Settings(
                settings.name(),
                netns,
                settings.serviceNames(),
                settings.labels(),
                new VpnGateway.Clients(settings.cidrPrefix(), capacity),
                WireguardConfig.parse(secret(settings.vpnConfig())));
    }

    /** A file with a key in it must be its owner's alone. */
    private static String secret(Path file) {
        try {
            var others = Set.of(
                    PosixFilePermission.GROUP_READ,
                    PosixFilePermission.GROUP_WRITE,
                    PosixFilePermission.OTHERS_READ,
                    PosixFilePermission.OTHERS_WRITE);
            if (Files.getPosixFilePermissions(file).stream().anyMatch(others::contains)) {
                throw new Refused(
                        Refused.Reason.INVALID,
                        "%s: others may read or write it (expected: mode 0600; chmod 600 %s)".formatted(file, file));
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.NOT_FOUND,
                    "cannot read %s: %s (expected: the WireGuard configuration; --vpn-config or NSM_VPN_CONFIG)"
                            .formatted(file, e.getMessage()),
                    e);
        }
    }

    private static Mesh mesh(Optional<Url> identities, Url manager, Duration tokenLife, Duration dial) {
        return new Mesh(transport(identities, tokenLife, dial), manager, socketFolder(manager));
    }

    /** Beside the manager's socket, where that may be written; else in a folder of this user's. */
    private static Path socketFolder(Url manager) {
        if (manager.scheme().equals("unix")) {
            var beside = Path.of(manager.rest()).getParent();
            if (beside != null && Files.isWritable(beside)) {
                return beside;
            }
        }
        return Path.of(System.getProperty("java.io.tmpdir"), "nsm-" + System.getProperty("user.name"));
    }

    private static Parts transport(Optional<Url> identities, Duration tokenLife, Duration dial) {
        return Parts.fromWorkloadApi(identities.map(Url::toString).orElse(Mesh.IDENTITIES), tokenLife, dial);
    }

    /** Where this process runs, as upstream's variables say it. */
    private static Map<String, String> whereabouts() {
        var labels = new LinkedHashMap<String, String>();
        var environment = System.getenv();
        for (var each : Map.of("NODE_NAME", "nodeName", "POD_NAME", "podName", "CLUSTER_NAME", "clusterName")
                .entrySet()) {
            var value = environment.getOrDefault(each.getKey(), "");
            if (!value.isEmpty()) {
                labels.put(each.getValue(), value);
            }
        }
        return labels;
    }
}
