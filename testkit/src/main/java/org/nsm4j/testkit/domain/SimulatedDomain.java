package org.nsm4j.testkit.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Dial;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Opaque;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Url;
import org.nsm4j.testkit.fake.FakeKernel;
import org.nsm4j.testkit.fake.FakeRegistry;
import org.nsm4j.testkit.fake.MapLedger;
import org.nsm4j.testkit.schedule.SimulatedProcess;
import org.nsm4j.testkit.schedule.SimulatedScheduler;

/**
 * A domain of three nodes under a seed: a manager and a forwarder on each, an endpoint on the second and on the third, on
 * the second also a function that passes on to either, a registry, and as many clients as the test asks for. Processes
 * crash and start again; kernels, the registry's records and the address leases outlive them.
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
    /** The service that both endpoints provide. */
    public static final String SERVICE = "intranet";
    /** The service that is reached through a function in the middle. */
    public static final String CHAINED = "secure";
    /** The nodes. */
    public static final List<String> NODES = List.of("node-1", "node-2", "node-3");

    static final String FUNCTION = "firewall-1";
    /** Which node each endpoint is on. */
    private static final Map<String, String> ENDPOINTS = Map.of("endpoint-1", "node-2", "endpoint-2", "node-3");

    static final Duration SWEEP = Duration.ofSeconds(5);

    private final SimulatedScheduler scheduler;
    private final SimulatedNetwork network;
    private final Map<String, FakeKernel> kernels = new LinkedHashMap<>();
    private final Map<String, MapLedger> ledgers = new TreeMap<>();
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
        services.with(NetworkService.named(SERVICE).withPayload(Payload.IP)).with(chained());
        var roles = new SimulatedRoles(this, services, records, nodes);
        for (var node : NODES) {
            kernels.put(node, new FakeKernel());
            register("forwarder-" + node, node, Map.of(NodeView.FORWARDER, Map.of("p2p", "true")));
            starts.put("manager-" + node, () -> roles.manager(node));
            starts.put("forwarder-" + node, () -> roles.forwarder(node));
        }
        new TreeMap<>(ENDPOINTS).forEach((name, node) -> {
            register(name, node, Map.of(SERVICE, Map.of(), CHAINED, Map.of("app", "gateway")));
            ledgers.put(name, new MapLedger());
            var pool = "10.%d.0.0/24".formatted(ledgers.size());
            starts.put(name, () -> roles.endpoint(name, pool, Objects.requireNonNull(ledgers.get(name))));
        });
        register(FUNCTION, "node-2", Map.of(CHAINED, Map.of("app", "firewall")));
        starts.put(FUNCTION, () -> roles.function(FUNCTION, "node-2", Map.of("app", "firewall")));
        starts.put("registry", roles::registry);
        starts.keySet().forEach(this::start);
        scheduler.afterEachStep(new Invariants(this)::check);
    }

    private static NetworkService chained() {
        var beyond = rule(Map.of("app", "firewall"), Map.of("app", "gateway"));
        var first = rule(Map.of(), Map.of("app", "firewall"));
        return new NetworkService(CHAINED, Payload.IP, List.of(beyond, first), List.of(), Opaque.NONE);
    }

    private static NetworkService.Match rule(Map<String, String> source, Map<String, String> destination) {
        return new NetworkService.Match(source, List.of(new NetworkService.Destination(destination, 0)), false, null);
    }

    static Url managerUrl(String node) {
        return Url.parse("tcp://%s:5001".formatted(node));
    }

    static Url localUrl(String name) {
        return Url.unix("/run/%s.sock".formatted(name));
    }

    private void register(String name, String node, Map<String, Map<String, String>> labels) {
        nodes.put(name, node);
        records.with(Endpoint.named(name)
                .providing(labels.keySet().stream().sorted().toList())
                .withLabels(labels)
                .at(localUrl(name).toString()));
    }

    Dial dial(SimulatedProcess process) {
        return new Dial(hops(process), process);
    }

    Hop.Directory hops(SimulatedProcess process) {
        return new NetworkHops(network, process, TOKEN);
    }

    ConnectionId freshId() {
        return new ConnectionId("id-" + ++ids);
    }

    /** Adds a client of the service that both endpoints provide; it does nothing before it is told to. */
    public SimulatedClient client(String name, String node) {
        return client(name, node, SERVICE);
    }

    /** Adds a client of a service. */
    public SimulatedClient client(String name, String node, String service) {
        var client = new SimulatedClient(this, name, node, service);
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
        ledgers.forEach((name, ledger) -> ledger.entries().forEach((address, lease) -> {
            if (isUsed(lease)) {
                left.add("%s leased %s: %s".formatted(name, address, lease));
            }
        }));
        return left;
    }

    /** What has ended counts no more, and is struck out when the address is needed. */
    private boolean isUsed(String lease) {
        var words = lease.split(" ");
        return words[1].equals("used")
                && Instant.ofEpochMilli(Long.parseLong(words[2])).isAfter(scheduler.now());
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
