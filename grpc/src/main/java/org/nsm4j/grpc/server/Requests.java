package org.nsm4j.grpc.server;

import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Request;

/** What answers requests: a chain, in all but tests. */
public interface Requests {
    /**
     * Asks for a connection.
     *
     * @throws org.nsm4j.core.model.Refused when it is not to be had
     */
    Connection request(Request request, Caller caller);

    /** Closes a connection; one that is unknown is no error. */
    void close(Connection connection, Caller caller);

    /** A chain answers. */
    static Requests of(Chain chain) {
        return new Requests() {
            @Override
            public Connection request(Request request, Caller caller) {
                return chain.request(request, caller);
            }

            @Override
            public void close(Connection connection, Caller caller) {
                chain.close(connection, caller);
            }
        };
    }
}
