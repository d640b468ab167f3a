package org.nsm4j.testkit.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.nsm4j.core.address.AllocateAddresses;
import org.nsm4j.core.address.ExcludeOwnPrefixes;
import org.nsm4j.core.address.NameEnds;
import org.nsm4j.core.address.PrefixGroups;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Dial;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.chain.KnownHops;
import org.nsm4j.core.lease.Ledger;
import org.nsm4j.core.life.Events;
import org.nsm4j.core.life.ExpireStale;
import org.nsm4j.core.life.Heal;
import org.nsm4j.core.life.Monitor;
import org.nsm4j.core.life.Refresh;
import org.nsm4j.core.life.RelayEvents;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.model.WireReport;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.core.path.TrimPath;
import org.nsm4j.core.path.UpdatePath;
import org.nsm4j.core.path.UpdateToken;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.core.select.PassOn;
import org.nsm4j.core.select.SelectEndpoint;
import org.nsm4j.core.select.SelectForwarder;
import org.nsm4j.testkit.fake.FakeKernel;
import org.nsm4j.testkit.fake.FakeWatch;
import org.nsm4j.testkit.fake.FakeWire;
import org.nsm4j.testkit.schedule.SimulatedProcess;

/**
 * How the processes of a simulated domain are composed: as the real ones, but for what needs a wire, a kernel or a
 * certificate.
 *
 * @param services the registry's services
 * @param records the registry's endpoints
 * @param nodes which node each endpoint is on, by its name
 */
record SimulatedRoles(
        SimulatedDomain domain,
        Registry<NetworkService> services,
        Registry<Endpoint> records,
        Map<String, String> nodes) {
    private static final Url REGISTRY = Url.parse("tcp://registry:5002");
    private static final Url SERVICES = Url.parse("tcp://registry:5003");

    /** What every role has. */
    private record Base(String name, SimulatedProcess process, ConnectionTable table, Events events) {}

    private Base base(String name) {
        var process = domain.scheduler().process(name);
        return new Base(name, process, new ConnectionTable(process), new Events(process));
    }

    private Role serve(Base base, Url url, Chain chain) {
        domain.network().serve(url, base.process(), new Peer(chain, base.events()));
        return new Role(base.process(), chain, base.table());
    }

    Role manager(String node) {
        var base = base("manager-" + node);
        var chain = server(base)
                .then(List.of(
                        new SelectForwarder(
                                services(base.process()),
                                endpoints(base.process(), node),
                                NodeView.FORWARDER,
                                "",
                                base.process()),
                        relay(base, RelayEvents.Behind.MESH)))
                .to(domain.dial(base.process()));
        return serve(base, SimulatedDomain.managerUrl(node), chain);
    }

    Role forwarder(String node) {
        var base = base("forwarder-" + node);
        var kernel = domain.kernel(node);
        var watch = new FakeWatch(
                other -> domain.underlay().joins(node, other),
                base.process(),
                (id, lost) -> base.events().change(id, connection -> WireReport.down(connection, lost)));
        kernel.tell(watch::torn);
        domain.watches(node, watch);
        var hops = new KnownHops(domain.hops(base.process()), watch::isLost);
        var chain = server(base)
                .then(List.of(
                        new SelectEndpoint(services(base.process()), endpoints(base.process(), node), base.process()),
                        new RelayEvents(base.name(), RelayEvents.Behind.ENDPOINT, hops, base.events(), base.process()),
                        watch,
                        new FakeWire(base.name(), node, kernel)))
                .to(new Dial(hops, base.process()));
        base.process().spawn("sweep", () -> sweep(base, kernel));
        return serve(base, SimulatedDomain.localUrl(base.name()), chain);
    }

    /** Takes away what a forwarder made before it crashed, and what nobody asked for again since. */
    private static void sweep(Base base, FakeKernel kernel) {
        while (true) {
            var all = new ArrayList<>(kernel.links());
            all.addAll(kernel.keptAside());
            for (var link : all) {
                var expires = link.expires();
                boolean stale = expires != null
                        && expires.plus(SimulatedDomain.GRACE)
                                .isBefore(base.process().now());
                if (stale
                        && link.maker().equals(base.name())
                        && base.table().standing(link.owner()).isEmpty()) {
                    kernel.delete(link.place(), link.owner());
                }
            }
            base.process().pause(SimulatedDomain.SWEEP);
        }
    }

    /** A client's process; composed as the sdk's. */
    SimulatedClient.Running client(String name, String node, Element attention, Consumer<Heal.Healed> told) {
        var base = base(name);
        var process = base.process();
        var heal = new Heal(
                base.table(),
                base.events(),
                endpoints(process, node),
                process,
                domain.scheduler().random(),
                told);
        var manager = SimulatedDomain.managerUrl(node);
        var chain = Chain.through(
                        new UpdatePath(name, domain::freshId),
                        base.table(),
                        attention,
                        heal,
                        new Refresh(base.table(), process, domain.scheduler().random()),
                        new Monitor(base.events()),
                        (call, rest) -> rest.request(call.towards(manager)),
                        relay(base, RelayEvents.Behind.MESH))
                .to(domain.dial(process));
        return new SimulatedClient.Running(process, chain, base.table(), heal, process.mailbox());
    }

    /** An endpoint at the end of a chain; which addresses are whose outlives it. */
    Role endpoint(String name, String pool, Ledger ledger) {
        var base = base(name);
        // a forwarder that crashes in the middle of a close leaves the interface for so long after the lease has ended
        var rest = SimulatedDomain.UNTIL_SWEPT;
        var allocate = new AllocateAddresses(
                PrefixGroups.parse(pool),
                AllocateAddresses.Foreign.REMOVED,
                SimulatedDomain.SERVICE,
                ledger,
                rest,
                base.process());
        var chain = server(base)
                .then(List.of(new TrimPath(), NameEnds.whereAsked(), allocate, plug(name, id -> "nsm-" + id, "")))
                .toEnd();
        return serve(base, SimulatedDomain.localUrl(name), chain);
    }

    private static Element plug(String netns, Function<ConnectionId, String> link, String configured) {
        return (call, rest) -> rest.request(
                call.with(connection -> connection.withMechanism(kernel(netns, link.apply(call.id()), configured))));
    }

    private static Mechanism kernel(String netns, String link, String configured) {
        return new Mechanism.Kernel(Map.of(Mechanism.INODE_URL, netns, Mechanism.NAME, link))
                .with(Mechanism.CONFIGURED, configured);
    }

    /** A function in the middle of a chain. */
    Role function(String name, String node, Map<String, String> labels) {
        var base = base(name);
        var manager = SimulatedDomain.managerUrl(node);
        var chain = server(base)
                .then(List.of(
                        plug(name, id -> "in-" + id, Mechanism.ROUTES_ALONE),
                        NameEnds.always(),
                        new ExcludeOwnPrefixes(List.of()),
                        new PassOn(labels, id -> kernel(name, "out-" + id, Mechanism.NOTHING)),
                        (call, rest) -> rest.request(call.towards(manager)),
                        relay(base, RelayEvents.Behind.MESH)))
                .to(domain.dial(base.process()));
        return serve(base, SimulatedDomain.localUrl(name), chain);
    }

    Role registry() {
        var base = base("registry");
        domain.network().serve(REGISTRY, base.process(), records);
        domain.network().serve(SERVICES, base.process(), services);
        return new Role(base.process(), Chain.through(base.table()).toEnd(), base.table());
    }

    private Registry<NetworkService> services(SimulatedProcess process) {
        return new NetworkRegistry<>(domain.network(), process, SERVICES, services);
    }

    private Registry<Endpoint> endpoints(SimulatedProcess process, String node) {
        return new NodeView(new NetworkRegistry<>(domain.network(), process, REGISTRY, records), node, nodes);
    }

    private Element relay(Base base, RelayEvents.Behind behind) {
        return new RelayEvents(base.name(), behind, domain.hops(base.process()), base.events(), base.process());
    }

    private Chain.Builder server(Base base) {
        Tokens tokens =
                audience -> new Caller.Token(base.name(), base.process().now().plus(SimulatedDomain.TOKEN));
        return Chain.through(
                new UpdatePath(base.name(), domain::freshId),
                new UpdateToken(tokens),
                base.table(),
                new ExpireStale(base.table(), base.process()),
                new Monitor(base.events()));
    }
}
