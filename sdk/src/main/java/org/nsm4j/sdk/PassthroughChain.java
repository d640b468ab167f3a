package org.nsm4j.sdk;

import java.util.List;
import java.util.Map;
import org.nsm4j.core.address.ExcludeOwnPrefixes;
import org.nsm4j.core.address.NameEnds;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Dial;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.life.ExpireStale;
import org.nsm4j.core.life.LogEvents;
import org.nsm4j.core.life.Monitor;
import org.nsm4j.core.life.RelayEvents;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.ReportTimes;
import org.nsm4j.core.path.UpdatePath;
import org.nsm4j.core.path.UpdateToken;
import org.nsm4j.core.policy.Authorize;
import org.nsm4j.core.policy.KeepOwner;
import org.nsm4j.core.select.PassOn;
import org.nsm4j.dataplane.element.SteerThrough;
import org.nsm4j.dataplane.wire.InterfaceName;
import org.nsm4j.linux.netns.Netns;

/** The whole function in the middle of a chain, in one place. */
final class PassthroughChain {
    private PassthroughChain() {}

    /**
     * What makes a function this one.
     *
     * @param name its own name
     * @param labels by which the service's rules recognise it as a client
     * @param netns where both wires of every connection end
     * @param manager whom it asks for the next function
     */
    record Traits(String name, Map<String, String> labels, Netns netns, Url manager) {
        String netnsUrl() {
            return "file://" + netns.path();
        }

        /** The name of a connection's outgoing link; the same at each attempt. */
        static String outgoing(ConnectionId id) {
            return InterfaceName.derived("out", id);
        }

        Mechanism wire(ConnectionId id) {
            return new Mechanism.Kernel(Map.of(
                    Mechanism.NAME, outgoing(id),
                    Mechanism.INODE_URL, netnsUrl(),
                    Mechanism.CONFIGURED, Mechanism.NOTHING));
        }
    }

    /**
     * A function that passes on.
     *
     * @param traits what makes it this one
     * @param connections its table
     * @param parts what it stands on
     * @param function what it does besides, in order
     * @param steer how packets get from one wire to the other
     */
    static Chain of(
            Traits traits, ConnectionTable connections, Parts parts, List<Element> function, SteerThrough steer) {
        return Chain.through(
                        new UpdatePath(traits.name(), parts.ids()), // who we are, before anyone looks at the path
                        new LogEvents(traits.name()), // sees what the caller is told
                        new UpdateToken(parts.tokens()),
                        new Authorize(
                                parts.serverPolicies(),
                                parts.owners(),
                                parts.scheduler()), // before a close calls anything off
                        connections, // one event per connection at a time, from here on
                        new KeepOwner(parts.owners()), // in turn, or two could both find an id free
                        new ReportTimes(), // sees how long everything behind it took
                        new ExpireStale(connections, parts.scheduler()),
                        new Monitor(parts.events())) // sees what the rest really answered
                .then(function)
                .then(List.of(
                        new AcceptKernel(traits.netnsUrl(), "in", Mechanism.ROUTES_ALONE),
                        NameEnds.always(), // nobody here has the far end's addresses
                        new ExcludeOwnPrefixes(List.of()), // what one client has, another must not get
                        steer, // between the two wires, once both have their names
                        new PassOn(traits.labels(), traits::wire), // from here on, a client
                        new GoTo(traits.manager()),
                        new RelayEvents(
                                traits.name(),
                                RelayEvents.Behind.MESH,
                                parts.hops(),
                                parts.events(),
                                parts.scheduler())))
                .to(new Dial(parts.hops(), parts.scheduler()));
    }
}
