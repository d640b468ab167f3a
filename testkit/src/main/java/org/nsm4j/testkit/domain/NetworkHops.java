package org.nsm4j.testkit.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Function;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.model.Url;
import org.nsm4j.testkit.schedule.SimulatedProcess;

/**
 * Other hops as one process asks and watches them over the simulated network.
 *
 * @param process who asks
 * @param tokenLife how long its tokens hold
 */
record NetworkHops(SimulatedNetwork network, SimulatedProcess process, Duration tokenLife) implements Hop.Directory {
    @Override
    public Hop at(Url url) {
        return new Hop() {
            @Override
            public Connection request(Request request, PassedFiles files, Instant deadline, Consumer<Runnable> cancel) {
                var caller = caller(deadline);
                Function<Peer, Connection> work = peer -> peer.chain().request(request, caller);
                return request.connection().path().next().isPresent()
                        ? network.call(process, url, Peer.class, deadline, work, cancel)
                        : network.callOnce(process, url, Peer.class, deadline, work, cancel);
            }

            @Override
            public void close(Connection connection, Instant deadline) {
                var caller = caller(deadline);
                network.call(
                        process,
                        url,
                        Peer.class,
                        deadline,
                        peer -> {
                            peer.chain().close(connection, caller);
                            return Boolean.TRUE;
                        },
                        cancel -> {});
            }

            @Override
            public AutoCloseable monitor(Selector selector, Listener listener) {
                return network.watch(process, url, selector, listener);
            }
        };
    }

    private Caller caller(Instant deadline) {
        return new Caller(
                null, null, new Caller.Token(process.name(), process.now().plus(tokenLife)), deadline, false);
    }
}
