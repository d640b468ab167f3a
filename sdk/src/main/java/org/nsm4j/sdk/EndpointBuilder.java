package org.nsm4j.sdk;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.nsm4j.core.address.AllocateAddresses;
import org.nsm4j.core.address.PrefixGroups;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.life.LimitConnections;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.registry.Kind;
import org.nsm4j.core.registry.RefreshRegistration;
import org.nsm4j.core.registry.Registration;
import org.nsm4j.core.select.Capacity;
import org.nsm4j.core.select.Doubts;
import org.nsm4j.core.select.RequirePayload;
import org.nsm4j.dataplane.element.SteerThrough;
import org.nsm4j.linux.netns.Netns;

/**
 * Describes an endpoint, and serves it.
 *
 * <pre>{@code
 * try (var mesh = Mesh.fromEnvironment();
 *         var endpoint = mesh.endpoint("hello").provides("hello").addresses("172.16.9.0/24").serve()) {
 *     endpoint.awaitEnd();
 * }
 * }</pre>
 */
public final class EndpointBuilder {
    private static final Duration REGISTERING = Duration.ofSeconds(15);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Mesh mesh;
    private final String name;
    private final List<String> services = new ArrayList<>();
    private final Map<String, String> labels = new LinkedHashMap<>();
    private final List<Element> elements = new ArrayList<>();
    private Payload payload = Payload.IP;
    private boolean registersServices = true;
    private boolean unregisters = true;
    private boolean passesOn;
    private Netns netns = Netns.ofProcess(ProcessHandle.current().pid());

    EndpointBuilder(Mesh mesh, String name) {
        this.mesh = mesh;
        this.name = name;
    }

    /** Adds a network service that the endpoint provides. */
    public EndpointBuilder provides(String service) {
        services.add(service);
        return this;
    }

    /** Adds a label by which services may choose the endpoint. */
    public EndpointBuilder label(String key, String value) {
        labels.put(key, value);
        return this;
    }

    /**
     * Takes so many connections at once and refuses further ones, so that their clients get another endpoint; announced by a
     * label, so that they are sent there in the first place.
     *
     * @param most 1 or more
     */
    public EndpointBuilder capacity(int most) {
        elements.addFirst(new LimitConnections(name, most));
        return label(Capacity.LABEL, Integer.toString(most));
    }

    /** Says what the wires carry; IP, unless this is called. */
    public EndpointBuilder payload(Payload newPayload) {
        payload = newPayload;
        return this;
    }

    /**
     * Hands out a pair of addresses for each connection. Which are whose outlives this process.
     *
     * @param groups prefixes, {@code 172.16.9.0/24} or {@code 172.16.9.0/24,fd00:9::/112} for one of each
     */
    public EndpointBuilder addresses(String groups) {
        return with(new AllocateAddresses(
                PrefixGroups.parse(groups),
                AllocateAddresses.Foreign.KEPT,
                name,
                mesh.leases(name),
                AllocateAddresses.REST,
                mesh.parts().scheduler()));
    }

    /** Adds an element to the endpoint's chain, after those that were added before. */
    public EndpointBuilder with(Element element) {
        elements.add(element);
        return this;
    }

    /** Lets the wires end in another namespace than this process's. */
    public EndpointBuilder in(Netns other) {
        netns = other;
        return this;
    }

    /**
     * Makes it a function in the middle of a chain: for each client it asks for the same service in turn, under its own
     * labels, and leads packets from the one wire to the other. Addresses come from the chain's end. It switches forwarding
     * on in its namespace, so give it one of its own.
     */
    public EndpointBuilder passesOn() {
        passesOn = true;
        return this;
    }

    /** Whether the services themselves are registered too; they are, unless this is called. */
    public EndpointBuilder registersServices(boolean yes) {
        registersServices = yes;
        return this;
    }

    /** Whether the endpoint takes its registration back at the end; it does, unless this is called. */
    public EndpointBuilder unregisters(boolean yes) {
        unregisters = yes;
        return this;
    }

    /** The elements that it would serve with, in order. */
    public List<Chain.Part> elements() {
        var parts = mesh.parts();
        return EndpointChain.of(name, new ConnectionTable(parts.scheduler()), parts, function())
                .parts();
    }

    /**
     * Listens, and registers.
     *
     * @throws Refused when the manager refuses, or cannot be reached for 15 seconds
     */
    public ServedEndpoint serve() {
        if (services.isEmpty()) {
            throw new Refused(
                    Refused.Reason.INVALID, "endpoint %s: no network service (expected: at least one)".formatted(name));
        }
        var parts = mesh.parts();
        var connections = new ConnectionTable(parts.scheduler());
        var chain = passesOn ? passthrough(connections) : EndpointChain.of(name, connections, parts, function());
        var socket = socket();
        var listening = parts.serve(List.of(Url.unix(socket.toString())), Parts.Served.chain(chain, () -> true));
        try {
            return new ServedEndpoint(connections, listening, registerInTime(Url.unix(socket.toString())));
        } catch (RuntimeException e) {
            listening.close();
            throw e;
        }
    }

    private Chain passthrough(ConnectionTable connections) {
        var steer = new SteerThrough(netns, PassthroughChain.Traits::outgoing);
        steer.open();
        var function = new ArrayList<Element>(List.of(new RequirePayload(payload)));
        function.addAll(elements);
        return PassthroughChain.of(
                new PassthroughChain.Traits(name, labels, netns, mesh.manager()),
                connections,
                mesh.parts(),
                function,
                steer);
    }

    private Map<String, String> announced() {
        var all = new LinkedHashMap<>(labels);
        if (passesOn) {
            all.put(Doubts.PASSTHROUGH, "true");
        }
        return all;
    }

    private List<Element> function() {
        var function = new ArrayList<Element>();
        function.add(new RequirePayload(payload));
        function.addAll(elements);
        function.add(new AcceptKernel("file://" + netns.path(), services.isEmpty() ? name : services.getFirst()));
        return function;
    }

    private Path socket() {
        var folder = mesh.socketFolder();
        try {
            Files.createDirectories(folder);
            StaleSockets.remove(folder, Mesh.fileName(name));
        } catch (java.io.IOException e) {
            throw new Refused(Refused.Reason.UNAVAILABLE, "cannot make %s: %s".formatted(folder, e.getMessage()), e);
        }
        return folder.resolve(
                Mesh.fileName(name) + "-" + ProcessHandle.current().pid() + ".sock");
    }

    /** A manager that is only starting is waited for, and one that is slow to reach its registry. */
    private List<RefreshRegistration<?>> registerInTime(Url url) {
        var scheduler = mesh.parts().scheduler();
        var until = scheduler.now().plus(REGISTERING);
        while (true) {
            try {
                return register(url);
            } catch (Refused e) {
                boolean passes = e.reason() == Refused.Reason.UNAVAILABLE || e.reason() == Refused.Reason.DEADLINE;
                if (!passes || scheduler.now().isAfter(until)) {
                    throw e;
                }
                scheduler.pause(PAUSE);
            }
        }
    }

    private List<RefreshRegistration<?>> register(Url url) {
        var parts = mesh.parts();
        var kept = new ArrayList<RefreshRegistration<?>>();
        var registry = parts.services(mesh.manager());
        for (var service : services) {
            var known = registry.find(NetworkService.named(service), Caller.SELF);
            if (registersServices && known.isEmpty()) {
                registry.register(Registration.of(NetworkService.named(service).withPayload(payload)), Caller.SELF);
            }
        }
        var byService = new TreeMap<String, Map<String, String>>();
        services.forEach(service -> byService.put(service, announced()));
        var endpoint =
                Endpoint.named(name).providing(services).withLabels(byService).at(url.toString());
        var registration = new RefreshRegistration<>(
                Kind.ENDPOINT, parts.endpoints(mesh.manager()), parts.scheduler(), parts.random());
        registration.register(endpoint, REGISTERING);
        kept.add(registration);
        return unregisters ? kept : List.of();
    }
}
