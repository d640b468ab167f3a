package org.nsm4j.app.role;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.nsm4j.app.observe.CountRequests;
import org.nsm4j.app.observe.Metrics;
import org.nsm4j.core.address.ExcludePrefixes;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Dial;
import org.nsm4j.core.life.CloseOnServiceChange;
import org.nsm4j.core.life.ExpireStale;
import org.nsm4j.core.life.LogEvents;
import org.nsm4j.core.life.Monitor;
import org.nsm4j.core.life.RelayEvents;
import org.nsm4j.core.life.TurnAwayNewcomers;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.path.ReportTimes;
import org.nsm4j.core.path.UpdatePath;
import org.nsm4j.core.path.UpdateToken;
import org.nsm4j.core.policy.Authorize;
import org.nsm4j.core.policy.KeepOwner;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.core.select.NodeLabels;
import org.nsm4j.core.select.SelectForwarder;
import org.nsm4j.sdk.Parts;

/** The whole manager, in one place. */
public final class ManagerChain {
    private ManagerChain() {}

    /**
     * What makes a manager this one.
     *
     * @param name its own name
     * @param publicUrl where other nodes reach it, and under which it registers what registers with it
     * @param forwarderService the service that forwarders provide
     * @param labels of its node
     * @param prefixes that no connection may be given
     * @param newcomers turned away while the node is drained
     */
    public record Traits(
            String name,
            String publicUrl,
            String forwarderService,
            Map<String, String> labels,
            Supplier<List<Cidr>> prefixes,
            TurnAwayNewcomers newcomers) {
        /** Of a manager that nobody drains. */
        public Traits(
                String name,
                String publicUrl,
                String forwarderService,
                Map<String, String> labels,
                Supplier<List<Cidr>> prefixes) {
            this(name, publicUrl, forwarderService, labels, prefixes, new TurnAwayNewcomers(name));
        }
    }

    /** A manager. */
    public static Chain of(
            Traits traits,
            ConnectionTable connections,
            Registry<NetworkService> services,
            Registry<Endpoint> endpoints,
            Metrics metrics,
            Parts p) {
        return Chain.through(
                        new CountRequests("manager", metrics, p.scheduler()::nanoTime),
                        new UpdatePath(traits.name(), p.ids()), // who we are, before anyone looks at the path
                        new LogEvents(traits.name()), // sees what the caller is told
                        new UpdateToken(p.tokens()),
                        new Authorize(
                                p.serverPolicies(), p.owners(), p.scheduler()), // before a close calls anything off
                        connections, // one event per connection at a time, from here on
                        new KeepOwner(p.owners()), // in turn, or two could both find an id free
                        traits.newcomers(), // before anything is chosen for them
                        new ReportTimes(), // sees how long everything behind it took
                        new ExpireStale(connections, p.scheduler()),
                        new Monitor(p.events()), // sees what the rest really answered
                        new NodeLabels(traits.labels()), // before anyone selects by them
                        new SelectForwarder(
                                services, endpoints, traits.forwarderService(), traits.publicUrl(), p.scheduler()),
                        new RelayEvents(traits.name(), RelayEvents.Behind.MESH, p.hops(), p.events(), p.scheduler()),
                        new CloseOnServiceChange(services, endpoints, connections, p.scheduler()),
                        new ExcludePrefixes(traits.prefixes()))
                .to(new Dial(p.hops(), p.scheduler()));
    }
}
