package org.nsm4j.app.train;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nsm4j.app.observe.Metrics;
import org.nsm4j.app.role.ForwarderChain;
import org.nsm4j.app.role.Manager;
import org.nsm4j.app.role.ManagerChain;
import org.nsm4j.app.role.RegistryRules;
import org.nsm4j.app.role.RegistryStack;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.lease.Ledger;
import org.nsm4j.core.life.Drain;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.registry.Kind;
import org.nsm4j.core.registry.RefreshRegistration;
import org.nsm4j.core.registry.WatchedRegistry;
import org.nsm4j.core.select.SelectEndpoint;
import org.nsm4j.core.select.SelectForwarder;
import org.nsm4j.dataplane.element.OfferMechanisms;
import org.nsm4j.dataplane.element.PlugWire;
import org.nsm4j.dataplane.element.RecordWire;
import org.nsm4j.dataplane.element.Vnis;
import org.nsm4j.dataplane.watch.WatchWire;
import org.nsm4j.dataplane.watch.Watcher;
import org.nsm4j.dataplane.wire.Underlay;
import org.nsm4j.dataplane.wire.WireLedger;
import org.nsm4j.sdk.Parts;

/**
 * Manager and forwarder of a node in this process, with the chains, identities, tokens and sockets of the real ones; its
 * wires exist on paper alone.
 */
public final class PaperNode implements AutoCloseable {
    private static final Duration MOST = Duration.ofSeconds(15);
    private static final int MTU = 1500;
    private static final int VXLAN = 4789;

    private final Place place;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    /**
     * Where a node is.
     *
     * @param name of the node
     * @param folder of its sockets
     * @param port at which other nodes of this machine reach its manager; 0 for a node without others
     */
    public record Place(String name, Path folder, int port) {
        /** Where its manager listens. */
        public Url manager() {
            return Url.unix(folder.resolve(name + ".sock").toString());
        }

        private Url reached() {
            return new Url("tcp", "127.0.0.1:" + (port == 0 ? 5001 : port));
        }

        private @Nullable Underlay underlay() {
            return port == 0 ? null : new Underlay("lo", InetAddress.getLoopbackAddress(), MTU, VXLAN);
        }
    }

    private PaperNode(Place place) {
        this.place = place;
    }

    /**
     * Starts a node.
     *
     * @param registry of the domain
     * @param identified makes what a part of the node stands on; closed by who made it
     */
    public static PaperNode start(Place place, Url registry, Function<String, Parts> identified) {
        var node = new PaperNode(place);
        try {
            node.manage(registry, identified.apply("manager"));
            node.forward(identified.apply("forwarder"));
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
        return node;
    }

    private <T extends AutoCloseable> T part(T part) {
        parts.push(part);
        return part;
    }

    private void manage(Url registry, Parts own) {
        var traits = new ManagerChain.Traits(
                place.name(),
                place.reached().toString(),
                SelectForwarder.FORWARDER,
                Map.of("nodeName", place.name()),
                List::of);
        var listen = new ArrayList<>(List.of(place.manager()));
        if (place.port() != 0) {
            listen.add(place.reached());
        }
        var domain = RegistryStack.Domain.at(registry, own);
        part(Manager.start(traits, listen, domain, RegistryRules.USUAL, new Metrics(), own));
    }

    private void forward(Parts own) {
        var scheduler = own.scheduler();
        var manager = place.manager();
        var services = part(new WatchedRegistry<>(Kind.SERVICE, scheduler, new Random(), own.services(manager)));
        var endpoints = part(new WatchedRegistry<>(Kind.ENDPOINT, scheduler, new Random(), own.endpoints(manager)));
        var name = place.name() + "-forwarder";
        var plug = new PlugWire(
                place.name(),
                PaperWire::new,
                new Vnis(new Random()::nextInt),
                place.underlay(),
                (_, _, _) -> {},
                _ -> "");
        var record = new RecordWire(place.name(), new WireLedger(Ledger.none(), scheduler), id -> {}, scheduler);
        var chain = ForwarderChain.of(
                name,
                new ConnectionTable(scheduler),
                new SelectEndpoint(services, endpoints, scheduler),
                new ForwarderChain.Wires(
                        new OfferMechanisms(place.underlay()),
                        record,
                        new WatchWire(Watcher.BLIND),
                        plug,
                        url -> false,
                        new Drain(place.name(), own.events(), scheduler)),
                new Metrics(),
                own);
        var listen = Url.unix(place.folder().resolve(name + ".sock").toString());
        part(own.serve(List.of(listen), Parts.Served.chain(chain, () -> true)));
        services.start();
        endpoints.start();
        var registration =
                part(new RefreshRegistration<>(Kind.ENDPOINT, own.endpoints(manager), scheduler, new Random()));
        registration.register(
                Endpoint.named(name)
                        .providing(List.of(SelectForwarder.FORWARDER))
                        .withLabels(Map.of(SelectForwarder.FORWARDER, Map.of("p2p", "true")))
                        .at(listen.toString()),
                MOST);
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("a part of node " + place.name() + " did not end in order", e);
            }
        }
    }
}
