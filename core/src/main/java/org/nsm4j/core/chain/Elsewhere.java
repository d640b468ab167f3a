package org.nsm4j.core.chain;

import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Context;

/** What a client asks for that wants to leave its endpoint: the same service, by whomever and however. */
final class Elsewhere {
    private Elsewhere() {}

    /** The path ends at our own segment, so that the hops behind get fresh ids; what was given by the old one is forgotten. */
    static Connection from(Connection connection) {
        var excluded = connection.context().ip().excluded();
        return connection
                .withState(Connection.State.RESELECT_REQUESTED)
                .withEndpoint("")
                .withMechanism(null)
                .withContext(Context.EMPTY.withIp(Context.Ip.EMPTY.withExcluded(excluded)))
                .withPath(connection.path().trimmed());
    }
}
