package org.nsm4j.testkit.domain;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Dial;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.life.Events;
import org.nsm4j.core.life.ExpireStale;
import org.nsm4j.core.life.Monitor;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.core.path.UpdatePath;
import org.nsm4j.core.path.UpdateToken;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.core.select.SelectEndpoint;
import org.nsm4j.core.select.SelectForwarder;
import org.nsm4j.testkit.fake.FakeKernel;
import org.nsm4j.testkit.fake.FakePool;
import org.nsm4j.testkit.fake.FakeRegistry;
import org.nsm4j.testkit.fake.FakeWire;
import org.nsm4j.testkit.schedule.SimulatedProcess;
import org.nsm4j.testkit.schedule.SimulatedScheduler;

/**
 * A domain of two nodes under a seed: a manager and a forwarder on each, an endpoint on the second, a registry, and as
 * many clients as the test asks for. Processes crash and start again; kernels, the registry's records and the address
 * leases outlive them.
 *
 * <pre>{@code
 * try (var domain = new SimulatedDomain(seed)) {
 *     var client = domain.client("client-1", "node-1");
 *     domain.network().suffer(Faults.SOME);
 *     client.connect();
 *     domain.scheduler().runUntil(client::isConnected, Duration.ofSeconds(30));
 * }
 * }</pre>
 */
public final class SimulatedDomain implements AutoCloseable {
    /** How long a token of the domain holds. */
    public static final Duration TOKEN = Duration.ofSeconds(30);
    /** How long after its expiry something that nobody owns is kept. */
    public static final Duration GRACE = Duration.ofSeconds(10);
    /** The one service of the domain. */
    public static final String SERVICE = "intranet";

    static final String ENDPOINT = "endpoint-1";
    private static final Url REGISTRY = Url.parse("tcp://registry:5002");
    private static final Url SERVICES = Url.parse("tcp://registry:5003");
    static final Duration SWEEP = Duration.ofSeconds(5);

    private final SimulatedScheduler scheduler;
    private final SimulatedNetwork network;
    private final Map<String, FakeKernel> kernels = new LinkedHashMap<>();
    private final FakePool pool = new FakePool(GRACE.plus(SWEEP));
    private final FakeRegistry<NetworkService> services = FakeRegistry.ofServices();
    private final FakeRegistry<Endpoint> records = FakeRegistry.ofEndpoints();
    private final Map<String, String> nodes = new LinkedHashMap<>();
    private final Map<String, Supplier<Role>> starts = new LinkedHashMap<>();
    private final Map<String, Role> running = new LinkedHashMap<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private int ids;

    /** A domain in which everything but the clients runs, without faults. */
    public SimulatedDomain(long seed) {
        scheduler = new SimulatedScheduler(seed);
        network = new SimulatedNetwork(scheduler);
        services.with(NetworkService.named(SERVICE).withPayload(Payload.IP));
        register(ENDPOINT, SERVICE, "node-2");
        for (var node : List.of("node-1", "node-2")) {
            kernels.put(node, new FakeKernel());
            register("forwarder-" + node, NodeView.FORWARDER, node);
            starts.put("manager-" + node, () -> manager(node));
            starts.put("forwarder-" + node, () -> forwarder(node));
        }
        starts.put(ENDPOINT, this::endpoint);
        starts.put("registry", this::registry);
        starts.keySet().forEach(this::start);
        scheduler.afterEachStep(new Invariants(this)::check);
    }

    static Url managerUrl(String node) {
        return Url.parse("tcp://%s:5001".formatted(node));
    }

    private static Url localUrl(String name) {
        return Url.unix("/run/%s.sock".formatted(name));
    }

    private void register(String name, String service, String node) {
        nodes.put(name, node);
        records.with(Endpoint.named(name)
                .providing(List.of(service))
                .at(localUrl(name).toString()));
    }

    private Role manager(String node) {
        var name = "manager-" + node;
        var process = scheduler.process(name);
        var table = new ConnectionTable(process);
        var chain = server(name, process, table)
                .then(List.of(new SelectForwarder(
                        services(process), endpoints(process, node), NodeView.FORWARDER, "", process)))
                .to(dial(process));
        network.serve(managerUrl(node), process, chain);
        return new Role(process, chain, table);
    }

    private Role forwarder(String node) {
        var name = "forwarder-" + node;
        var process = scheduler.process(name);
        var table = new ConnectionTable(process);
        var kernel = kernel(node);
        var chain = server(name, process, table)
                .then(List.of(
                        new SelectEndpoint(services(process), endpoints(process, node), process),
                        new FakeWire(name, kernel)))
                .to(dial(process));
        network.serve(localUrl(name), process, chain);
        process.spawn("sweep", () -> sweep(process, name, kernel, table));
        return new Role(process, chain, table);
    }

    /** Takes away what a forwarder made before it crashed, and what nobody asked for again since. */
    private static void sweep(SimulatedProcess process, String name, FakeKernel kernel, ConnectionTable table) {
        while (true) {
            for (var link : kernel.links()) {
                var expires = link.expires();
                boolean stale = expires != null && expires.plus(GRACE).isBefore(process.now());
                if (stale
                        && link.maker().equals(name)
                        && table.standing(link.owner()).isEmpty()) {
                    kernel.delete(link.place(), link.owner());
                }
            }
            process.pause(SWEEP);
        }
    }

    private Role endpoint() {
        var process = scheduler.process(ENDPOINT);
        var table = new ConnectionTable(process);
        Element plug = (call, rest) -> rest.request(call.with(connection -> connection.withMechanism(
                new Mechanism.Kernel(Map.of(Mechanism.INODE_URL, ENDPOINT, Mechanism.NAME, "nsm-" + call.id())))));
        var chain = server(ENDPOINT, process, table)
                .then(List.of(pool.element(process), plug))
                .toEnd();
        network.serve(localUrl(ENDPOINT), process, chain);
        return new Role(process, chain, table);
    }

    private Role registry() {
        var process = scheduler.process("registry");
        var table = new ConnectionTable(process);
        network.serve(REGISTRY, process, records);
        network.serve(SERVICES, process, services);
        return new Role(process, Chain.through(table).toEnd(), table);
    }

    private Registry<NetworkService> services(SimulatedProcess process) {
        return new NetworkRegistry<>(network, process, SERVICES, services);
    }

    private Registry<Endpoint> endpoints(SimulatedProcess process, String node) {
        return new NodeView(new NetworkRegistry<>(network, process, REGISTRY, records), node, nodes);
    }

    private Chain.Builder server(String name, SimulatedProcess process, ConnectionTable table) {
        Tokens tokens = audience ->
                new org.nsm4j.core.chain.Caller.Token(name, process.now().plus(TOKEN));
        return Chain.through(
                new UpdatePath(name, this::freshId),
                new UpdateToken(tokens),
                table,
                new ExpireStale(table, process),
                new Monitor(new Events(process)));
    }

    Dial dial(SimulatedProcess process) {
        return new Dial(new NetworkHops(network, process, TOKEN), process);
    }

    ConnectionId freshId() {
        return new ConnectionId("id-" + ++ids);
    }

    /** Adds a client; it does nothing before it is told to. */
    public SimulatedClient client(String name, String node) {
        var client = new SimulatedClient(this, name, node);
        clients.add(client);
        return client;
    }

    /** The processes that can crash, but for the clients. */
    public List<String> processes() {
        return List.copyOf(starts.keySet());
    }

    /** Ends a process where it is. */
    public void crash(String name) {
        var role = running.remove(name);
        if (role != null) {
            role.process().crash();
            network.broken(role.process());
        }
    }

    /** Starts a process that does not run. */
    public void start(String name) {
        if (!running.containsKey(name)) {
            running.put(name, Objects.requireNonNull(starts.get(name)).get());
        }
    }

    /** Everything's scheduler. */
    public SimulatedScheduler scheduler() {
        return scheduler;
    }

    /** What lies between the processes. */
    public SimulatedNetwork network() {
        return network;
    }

    /** A node's kernel. */
    public FakeKernel kernel(String node) {
        return Objects.requireNonNull(kernels.get(node));
    }

    List<FakeKernel> kernels() {
        return List.copyOf(kernels.values());
    }

    List<SimulatedClient> clients() {
        return clients;
    }

    /** What is left of connections anywhere; empty when nothing is. */
    public List<String> leftovers() {
        var left = new ArrayList<String>();
        kernels.forEach((node, kernel) -> kernel.links().forEach(link -> left.add(node + " " + link)));
        running.forEach((name, role) -> {
            if (role.table().size() > 0) {
                left.add("%s %d connections: %s".formatted(name, role.table().size(), ids(role.table())));
            }
        });
        int lent = pool.size(scheduler.now());
        if (lent > 0) {
            left.add("%d address pairs".formatted(lent));
        }
        return left;
    }

    private static List<ConnectionId> ids(ConnectionTable table) {
        Function<ConnectionTable.Standing, ConnectionId> id =
                standing -> standing.answer().id();
        return table.standing().stream().map(id).toList();
    }

    /** The table of a process that runs. */
    public Optional<ConnectionTable> table(String name) {
        return Optional.ofNullable(running.get(name)).map(Role::table);
    }

    @Override
    public void close() {
        scheduler.close();
    }
}
