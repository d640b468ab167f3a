package org.nsm4j.app.role;

import java.util.function.Predicate;
import org.nsm4j.app.observe.CountRequests;
import org.nsm4j.app.observe.Metrics;
import org.nsm4j.core.address.LimitMtu;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Dial;
import org.nsm4j.core.chain.KnownHops;
import org.nsm4j.core.life.Drain;
import org.nsm4j.core.life.ExpireStale;
import org.nsm4j.core.life.LogEvents;
import org.nsm4j.core.life.Monitor;
import org.nsm4j.core.life.RelayEvents;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.ReportTimes;
import org.nsm4j.core.path.UpdatePath;
import org.nsm4j.core.path.UpdateToken;
import org.nsm4j.core.policy.Authorize;
import org.nsm4j.core.policy.KeepOwner;
import org.nsm4j.core.select.SelectEndpoint;
import org.nsm4j.dataplane.element.OfferMechanisms;
import org.nsm4j.dataplane.element.PlugWire;
import org.nsm4j.dataplane.element.RecordWire;
import org.nsm4j.dataplane.watch.WatchWire;
import org.nsm4j.sdk.Parts;

/** The whole forwarder, in one place. */
public final class ForwarderChain {
    private ForwarderChain() {}

    /**
     * What makes wires of connections.
     *
     * @param offer what is offered on the outgoing leg
     * @param record writes down what is about to be made
     * @param watch sees what becomes of a wire
     * @param plug makes it
     * @param isLost whether the node that a URL leads to is known not to answer
     * @param drain turns away from the endpoints of this node while it is drained
     */
    public record Wires(
            OfferMechanisms offer,
            RecordWire record,
            WatchWire watch,
            PlugWire plug,
            Predicate<Url> isLost,
            Drain drain) {}

    /** A forwarder that plugs wires. */
    public static Chain of(
            String name, ConnectionTable connections, SelectEndpoint select, Wires wires, Metrics metrics, Parts p) {
        var hops = new KnownHops(p.hops(NamespaceClaims.OF_ANSWERS), wires.isLost());
        return Chain.through(
                        new CountRequests("forwarder", metrics, p.scheduler()::nanoTime),
                        new UpdatePath(name, p.ids()), // who we are, before anyone looks at the path
                        new LogEvents(name), // sees what the caller is told
                        new UpdateToken(p.tokens()),
                        new Authorize(
                                p.serverPolicies(), p.owners(), p.scheduler()), // before a close calls anything off
                        connections, // one event per connection at a time, from here on
                        new KeepOwner(p.owners()), // in turn, or two could both find an id free
                        new ReportTimes(), // sees how long everything behind it took
                        new ExpireStale(connections, p.scheduler()),
                        new Monitor(p.events()), // sees what the rest really answered
                        select,
                        wires.drain(), // knows where it goes; refused, the next candidate is tried
                        new RelayEvents(name, RelayEvents.Behind.ENDPOINT, hops, p.events(), p.scheduler()),
                        new LimitMtu(LimitMtu.JUMBO), // where nobody said how large packets may be
                        wires.offer(), // what it offers depends on where the request goes
                        wires.record(), // before there is a wire that the ledger does not know
                        wires.watch(), // sees what was plugged
                        wires.plug()) // last, so that nothing that fails later leaves a wire behind
                .to(new Dial(hops, p.scheduler()));
    }
}
