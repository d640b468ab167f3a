package org.nsm4j.testkit.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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
import org.nsm4j.testkit.fake.FakeWatch;
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
    public static final Duration TOKEN = Duration.ofSeconds(60);
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
    /** After how long everything is gone that nobody asks for any more. */
    static final Duration UNTIL_SWEPT = TOKEN.plus(GRACE).plus(SWEEP);

    private final SimulatedScheduler scheduler;
    private final Underlay underlay = new Underlay();
    private final SimulatedNetwork network;
    private final SimulatedRoles roles;
    private final Map<String, FakeKernel> kernels = new LinkedHashMap<>();
    private final Map<String, String> pools = new HashMap<>();
    private final Map<String, MapLedger> ledgers = new TreeMap<>();
    private final FakeRegistry<NetworkService> services = FakeRegistry.ofServices();
    private final FakeRegistry<Endpoint> records = FakeRegistry.ofEndpoints();
    private final Map<String, String> nodes = new LinkedHashMap<>();
    private final Map<String, Supplier<Role>> starts = new LinkedHashMap<>();
    private final Map<String, Role> running = new LinkedHashMap<>();
    private final Invariants invariants;
    private final Set<FakeKernel.Place> torn = new HashSet<>();
    private final Map<String, FakeWatch> watches = new LinkedHashMap<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    /** When a pool of addresses was last forgotten, by its beginning. */
    private final Map<String, Instant> forgotten = new HashMap<>();

    private int ids;
    private long crashes;

    /** A domain in which everything but the clients runs, without faults. */
    public SimulatedDomain(long seed) {
        scheduler = new SimulatedScheduler(seed);
        network = new SimulatedNetwork(scheduler, underlay, process -> nodeOf(process.name()));
        services.with(NetworkService.named(SERVICE).withPayload(Payload.IP)).with(chained());
        roles = new SimulatedRoles(this, services, records, nodes);
        for (var node : NODES) {
            kernels.put(node, new FakeKernel());
            register("forwarder-" + node, node, Map.of(NodeView.FORWARDER, Map.of("p2p", "true")));
            nodes.put("manager-" + node, node);
            starts.put("manager-" + node, () -> roles.manager(node));
            starts.put("forwarder-" + node, () -> roles.forwarder(node));
        }
        new TreeMap<>(ENDPOINTS).forEach((name, node) -> {
            register(name, node, Map.of(SERVICE, Map.of(), CHAINED, Map.of("app", "gateway")));
            ledgers.put(name, new MapLedger());
            pools.put(name, "10.%d.0.".formatted(ledgers.size()));
            starts.put(
                    name,
                    () -> roles.endpoint(name, pools.get(name) + "0/24", Objects.requireNonNull(ledgers.get(name))));
        });
        register(FUNCTION, "node-2", Map.of(CHAINED, Map.of("app", "firewall")));
        starts.put(FUNCTION, () -> roles.function(FUNCTION, "node-2", Map.of("app", "firewall")));
        starts.put("registry", roles::registry);
        starts.keySet().forEach(this::start);
        invariants = new Invariants(this);
        scheduler.afterEachStep(invariants::check);
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
        nodes.put(name, node);
        var client = new SimulatedClient(this, name, node, service);
        clients.add(client);
        return client;
    }

    /** The processes that can crash, but for the clients. */
    public List<String> processes() {
        return List.copyOf(starts.keySet());
    }

    /** Which node a process is on; empty for one that is on none. */
    String nodeOf(String process) {
        return nodes.getOrDefault(process, "");
    }

    /** Ends a process where it is. */
    public void crash(String name) {
        var role = running.remove(name);
        if (role != null) {
            crashes++;
            role.process().crash();
            network.broken(role.process());
        }
    }

    /** Starts a process that does not run, unless its node is down. */
    public void start(String name) {
        if (!running.containsKey(name) && !underlay.isDown(nodeOf(name))) {
            running.put(name, Objects.requireNonNull(starts.get(name)).get());
        }
    }

    /** Switches a machine off: whatever ran there has ended, and nobody was told. */
    public void switchOff(String node) {
        if (underlay.isDown(node)) {
            return;
        }
        underlay.switchOff(node);
        for (var name : processes()) {
            var role = nodeOf(name).equals(node) ? running.remove(name) : null;
            if (role != null) {
                crashes++;
                role.process().crash();
                network.vanished(role.process());
            }
        }
        clients.stream().filter(client -> client.node().equals(node)).forEach(client -> {
            client.crash();
            client.forget();
        });
        kernel(node).clear();
        ENDPOINTS.forEach((endpoint, home) -> {
            if (home.equals(node)) {
                // leases are of a boot
                Objects.requireNonNull(ledgers.get(endpoint)).clear();
                forgotten.put(Objects.requireNonNull(pools.get(endpoint)), scheduler.now());
            }
        });
        doubtWays();
    }

    /** Whether an endpoint's machine was switched off a moment ago, so that nobody knew any more whose an address was. */
    boolean forgot(String address) {
        return forgotten.entrySet().stream()
                .anyMatch(each -> address.startsWith(each.getKey())
                        && each.getValue().plus(UNTIL_SWEPT).isAfter(scheduler.now()));
    }

    /** Cuts a way between two nodes. */
    public void cut(String from, String to) {
        underlay.cut(new Underlay.Way(from, to));
        doubtWays();
    }

    /** Takes an interface away by hand. */
    public void tear(String node, FakeKernel.Place place) {
        torn.add(place);
        kernel(node).tear(place);
    }

    /** Whether a client's interface was taken away, and did not come back. */
    boolean isTorn(SimulatedClient client) {
        if (torn.contains(client.place())
                && kernel(client.node()).link(client.place()).isPresent()) {
            torn.remove(client.place());
        }
        return torn.contains(client.place());
    }

    Invariants invariants() {
        return invariants;
    }

    /** Restores every way, switches every machine on, and starts whatever does not run. */
    public void restore() {
        underlay.restore();
        NODES.forEach(underlay::switchOn);
        doubtWays();
        processes().forEach(this::start);
        clients.forEach(SimulatedClient::start);
    }

    private void doubtWays() {
        network.doubt();
        watches.values().forEach(FakeWatch::doubt);
    }

    void watches(String node, FakeWatch watch) {
        watches.put(node, watch);
    }

    Underlay underlay() {
        return underlay;
    }

    SimulatedRoles roles() {
        return roles;
    }

    /** A number that grows with each change by which a wire may come or go. */
    long changes() {
        long sum = crashes + underlay.changes();
        for (var kernel : kernels.values()) {
            sum += kernel.changes();
        }
        return sum;
    }

    boolean runs(String name) {
        return running.containsKey(name);
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

    Map<String, FakeKernel> kernels() {
        return kernels;
    }

    List<SimulatedClient> clients() {
        return clients;
    }

    /** What is left of connections anywhere; empty when nothing is. */
    public List<String> leftovers() {
        var left = new ArrayList<String>();
        kernels.forEach((node, kernel) -> {
            kernel.links().forEach(link -> left.add(node + " " + link));
            kernel.keptAside().forEach(link -> left.add(node + " aside " + link));
        });
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
