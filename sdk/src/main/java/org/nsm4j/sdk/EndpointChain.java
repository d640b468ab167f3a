package org.nsm4j.sdk;

import java.util.List;
import org.nsm4j.core.address.NameEnds;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.life.ExpireStale;
import org.nsm4j.core.life.LogEvents;
import org.nsm4j.core.life.Monitor;
import org.nsm4j.core.path.ReportTimes;
import org.nsm4j.core.path.TrimPath;
import org.nsm4j.core.path.UpdatePath;
import org.nsm4j.core.path.UpdateToken;
import org.nsm4j.core.policy.Authorize;
import org.nsm4j.core.policy.KeepOwner;

/** The whole endpoint, in one place. */
final class EndpointChain {
    private EndpointChain() {}

    /**
     * An endpoint around a network function.
     *
     * @param name the endpoint's own name
     * @param connections its table
     * @param parts what it stands on
     * @param function what makes it this endpoint and no other
     */
    static Chain of(String name, ConnectionTable connections, Parts parts, List<Element> function) {
        return Chain.through(
                        new UpdatePath(name, parts.ids()), // who we are, before anyone looks at the path
                        new LogEvents(name), // sees what the caller is told
                        new UpdateToken(parts.tokens()),
                        new Authorize(
                                parts.serverPolicies(),
                                parts.owners(),
                                parts.scheduler()), // before a close calls anything off
                        connections, // one event per connection at a time, from here on
                        new KeepOwner(parts.owners()), // in turn, or two could both find an id free
                        new ReportTimes(), // sees how long everything behind it took
                        new ExpireStale(connections, parts.scheduler()),
                        new Monitor(parts.events()), // sees what the rest really answered
                        new TrimPath(), // the path ends here
                        NameEnds.whereAsked()) // reads which addresses the function gave
                .then(function)
                .toEnd();
    }
}
