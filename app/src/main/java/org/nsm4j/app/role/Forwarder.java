package org.nsm4j.app.role;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.nsm4j.app.observe.Metrics;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.lease.Ledger;
import org.nsm4j.core.lease.LedgerFile;
import org.nsm4j.core.life.Drain;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.model.WireReport;
import org.nsm4j.core.registry.Kind;
import org.nsm4j.core.registry.RefreshRegistration;
import org.nsm4j.core.registry.WatchedRegistry;
import org.nsm4j.core.select.AnnouncedMechanisms;
import org.nsm4j.core.select.Experience;
import org.nsm4j.core.select.SelectEndpoint;
import org.nsm4j.dataplane.element.NodePlaces;
import org.nsm4j.dataplane.element.OfferMechanisms;
import org.nsm4j.dataplane.element.PlugWire;
import org.nsm4j.dataplane.element.RecordWire;
import org.nsm4j.dataplane.element.Vnis;
import org.nsm4j.dataplane.watch.PeerWatch;
import org.nsm4j.dataplane.watch.WatchWire;
import org.nsm4j.dataplane.watch.WireWatch;
import org.nsm4j.dataplane.wire.Inventory;
import org.nsm4j.dataplane.wire.KernelPlumbing;
import org.nsm4j.dataplane.wire.Leftovers;
import org.nsm4j.dataplane.wire.LinkState;
import org.nsm4j.dataplane.wire.Node;
import org.nsm4j.dataplane.wire.PeerGuard;
import org.nsm4j.dataplane.wire.Reaper;
import org.nsm4j.dataplane.wire.Underlay;
import org.nsm4j.dataplane.wire.VxlanGuard;
import org.nsm4j.dataplane.wire.VxlanPort;
import org.nsm4j.dataplane.wire.WireLedger;
import org.nsm4j.linux.process.Boot;
import org.nsm4j.sdk.Parts;

/** A forwarder that runs: it plugs the wires of its node. */
public final class Forwarder implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Forwarder.class.getName());
    /** How long the vxlan port stays open to a peer after its last wire. */
    private static final Duration LINGER = Duration.ofSeconds(10);

    private final ConnectionTable connections;
    private final Leftovers leftovers;
    private final Knowledge knowledge;
    private final List<AutoCloseable> parts;
    private final RefreshRegistration<Endpoint> registration;
    private final Parts.Listening listening;

    private Forwarder(
            ConnectionTable connections,
            Leftovers leftovers,
            Knowledge knowledge,
            List<AutoCloseable> parts,
            RefreshRegistration<Endpoint> registration,
            Parts.Listening listening) {
        this.connections = connections;
        this.leftovers = leftovers;
        this.knowledge = knowledge;
        this.parts = List.copyOf(parts);
        this.registration = registration;
        this.listening = listening;
    }

    /**
     * What it knows of endpoints.
     *
     * @param experience with each of them
     * @param drain whether those of this node are to be left
     */
    private record Knowledge(Experience experience, Drain drain) {}

    /**
     * What makes a forwarder this one.
     *
     * @param name its own name
     * @param node the node's name, written into the alias of every link
     * @param service the service that forwarders provide
     * @param labels by which services choose forwarders
     * @param underlay how other nodes are reached; null where there are none
     * @param socketMode of its unix socket, as in chmod: its manager alone has business there
     * @param mayPlugNode which calls may have the node's own namespace plugged
     * @param longestToken how long a token may live: so long a wire may be wanted of which nothing is written down
     */
    public record Traits(
            String name,
            String node,
            String service,
            Map<String, String> labels,
            @Nullable Underlay underlay,
            int socketMode,
            Predicate<Call> mayPlugNode,
            Duration longestToken) {}

    /**
     * Starts a forwarder.
     *
     * @param traits what makes it this one
     * @param listen where it listens, on this node only
     * @param manager the node's manager, with which it registers as soon as that answers
     * @param metrics where requests are counted
     */
    public static Forwarder start(Traits traits, Url listen, Url manager, Metrics metrics, Parts transport) {
        var scheduler = transport.scheduler();
        var services = new WatchedRegistry<>(Kind.SERVICE, scheduler, transport.random(), transport.services(manager));
        var endpoints =
                new WatchedRegistry<>(Kind.ENDPOINT, scheduler, transport.random(), transport.endpoints(manager));
        var underlay = traits.underlay();
        var node = Node.own();
        var inventory = new Inventory(node);
        var guard = underlay == null
                ? PeerGuard.OPEN
                : new VxlanGuard(node, underlay.port(), inventory.peers(), LINGER, scheduler);
        AutoCloseable port = underlay == null ? () -> {} : VxlanPort.hold(node, underlay);
        var reaper = new Reaper(node, scheduler);
        inventory.reap(reaper);
        var plug = new PlugWire(
                traits.node(),
                new KernelPlumbing(node, underlay, guard, reaper),
                new Vnis(new SecureRandom()::nextInt),
                underlay,
                new NodePlaces(node, traits.mayPlugNode()),
                call -> client(call, transport));
        var peers = new PeerWatch(node.netns(), scheduler);
        var watch = new WireWatch(node.netns(), new LinkState(node), peers, scheduler, (id, lost) -> {
            System.getLogger(Forwarder.class.getName())
                    .log(System.Logger.Level.WARNING, "wire lost connection={0} reason={1}", id, lost.text());
            transport.events().change(id, connection -> WireReport.down(connection, lost));
        });
        var connections = new ConnectionTable(scheduler);
        var experience = new Experience(scheduler);
        transport.events().subscribe(Selector.ALL, new Breaks(experience));
        var file = ledgerFile(traits.name(), listen);
        var ledger = new WireLedger(file, scheduler);
        var leftovers =
                new Leftovers(traits.node(), inventory, ledger, connections::ids, traits.longestToken(), scheduler);
        var drain = new Drain(traits.node(), transport.events(), scheduler);
        var chain = ForwarderChain.of(
                traits.name(),
                connections,
                new SelectEndpoint(services, endpoints, scheduler, experience),
                new ForwarderChain.Wires(
                        new OfferMechanisms(underlay),
                        new RecordWire(traits.node(), ledger, leftovers::removeAllOf, scheduler),
                        new WatchWire(watch),
                        plug,
                        peers::isLost,
                        drain),
                metrics,
                transport);
        var registration =
                new RefreshRegistration<>(Kind.ENDPOINT, transport.endpoints(manager), scheduler, transport.random());
        var served = Parts.Served.chain(chain, () -> registration.registered().isPresent());
        var listening =
                transport.serve(List.of(listen), served, transport.limits().withSocketMode(traits.socketMode()));
        registration.keep(
                self(traits, listen)); // only now: the socket that is passed along must be the one that listens
        services.start();
        endpoints.start();
        leftovers.start(guard);
        return new Forwarder(
                connections,
                leftovers,
                new Knowledge(experience, drain),
                List.of(services, endpoints, leftovers, watch, reaper, port, node, file),
                registration,
                listening);
    }

    private static String client(Call call, Parts transport) {
        return call.connection()
                .path()
                .segment(0)
                .flatMap(first -> transport.subject().of(first.token()))
                .map(Object::toString)
                .orElse("");
    }

    private static Endpoint self(Traits traits, Url listen) {
        return Endpoint.named(traits.name())
                .providing(List.of(traits.service()))
                .withLabels(Map.of(traits.service(), labels(traits)))
                .at(listen.toString());
    }

    /** Beside its socket, in a folder of this start of the machine. */
    private static Ledger ledgerFile(String name, Url listen) {
        return listen.scheme().equals("unix")
                ? LedgerFile.openIfPossible(
                        Path.of(listen.rest()).resolveSibling(name.replaceAll("[^A-Za-z0-9._-]", "-") + ".wires"),
                        Boot.id())
                : Ledger.none();
    }

    /** Links of this node that belong to no connection. */
    public Leftovers leftovers() {
        return leftovers;
    }

    /** Its labels, and the mechanisms that it can join. */
    private static Map<String, String> labels(Traits traits) {
        var labels = new TreeMap<>(traits.labels());
        var types = traits.underlay() == null
                ? List.of(Mechanism.Kernel.TYPE)
                : List.of(Mechanism.Kernel.TYPE, Mechanism.Vxlan.TYPE);
        labels.putIfAbsent(AnnouncedMechanisms.LABEL, AnnouncedMechanisms.value(types));
        return labels;
    }

    /**
     * Learns from connections that are reported broken.
     *
     * @param experience what is told
     */
    private record Breaks(Experience experience) implements Hop.Listener {
        @Override
        public void event(ConnectionEvent event) {
            event.connections().stream()
                    .filter(each -> event.kind() == ConnectionEvent.Kind.UPDATE
                            && each.state() == Connection.State.DOWN
                            && !each.endpoint().isEmpty())
                    .forEach(each -> experience.broke(each.endpoint()));
        }

        @Override
        public void ended(Refused reason) {
            LOG.log(System.Logger.Level.WARNING, "forwarder: hears no more of broken connections: {0}", reason);
        }
    }

    /** The connections that it has plugged. */
    public ConnectionTable connections() {
        return connections;
    }

    /** What it knows of endpoints. */
    public Experience experience() {
        return knowledge.experience;
    }

    /** Has the connections of this node's endpoints moved to others. */
    public Drain drain() {
        return knowledge.drain;
    }

    /** Whether its manager knows it. */
    public boolean isRegistered() {
        return registration.registered().isPresent();
    }

    /** Stops serving; wires stay as they are. */
    @Override
    public void close() {
        registration.close();
        listening.close();
        for (var each : parts) {
            try {
                each.close();
            } catch (Exception e) {
                throw new IllegalStateException("the forwarder did not end in order", e);
            }
        }
    }
}
