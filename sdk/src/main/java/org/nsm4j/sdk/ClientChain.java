package org.nsm4j.sdk;

import java.util.List;
import org.nsm4j.core.address.ExcludeOwnPrefixes;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Dial;
import org.nsm4j.core.life.Events;
import org.nsm4j.core.life.Heal;
import org.nsm4j.core.life.Monitor;
import org.nsm4j.core.life.Refresh;
import org.nsm4j.core.life.RelayEvents;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.ReportTimes;
import org.nsm4j.core.path.UpdatePath;
import org.nsm4j.core.policy.AuthorizeAnswer;

/** The whole client, in one place. */
final class ClientChain {
    private ClientChain() {}

    /**
     * A client of a manager.
     *
     * @param name the client's own name
     * @param connections its table
     * @param manager where the manager listens
     * @param aware groups of what may share addresses within the group
     * @param parts what it stands on
     * @param events what it hears
     * @param heal on the same table and events
     */
    static Chain of(
            String name,
            ConnectionTable connections,
            Url manager,
            List<List<ConnectUrl>> aware,
            Parts parts,
            Events events,
            Heal heal) {
        var scheduler = parts.scheduler();
        return Chain.through(
                        new UpdatePath(name, parts.ids()), // the path starts here
                        connections, // one event per connection at a time, from here on
                        new ReportTimes(), // sees how long everything behind it took
                        heal, // sees what every request came to
                        new Refresh(connections, scheduler, parts.random()),
                        new Monitor(events), // a refresh that fails is a sign of trouble
                        new ExcludeOwnPrefixes(aware), // what one connection has, another must not get
                        new GoTo(manager),
                        new RelayEvents(
                                name,
                                RelayEvents.Behind.MESH,
                                parts.hops(),
                                events,
                                scheduler), // what the manager tells
                        new AuthorizeAnswer(parts.clientPolicies(), parts::certificate, scheduler))
                .to(new Dial(parts.hops(), scheduler));
    }
}
