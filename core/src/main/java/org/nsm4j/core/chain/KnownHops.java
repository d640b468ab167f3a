package org.nsm4j.core.chain;

import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.model.Url;

/**
 * Hops some of which are known not to answer, from another source than by asking them: they are not waited for.
 *
 * @param hops all of them
 * @param isLost whether the hop at a URL is known not to answer now
 */
public record KnownHops(Hop.Directory hops, Predicate<Url> isLost) implements Hop.Directory {
    @Override
    public Hop at(Url url) {
        var hop = hops.at(url);
        return new Hop() {
            @Override
            public Connection request(Request request, PassedFiles files, Instant deadline, Consumer<Runnable> cancel) {
                refuseLost(url);
                return hop.request(request, files, deadline, cancel);
            }

            @Override
            public void close(Connection connection, Instant deadline) {
                refuseLost(url);
                hop.close(connection, deadline);
            }

            @Override
            public AutoCloseable monitor(Selector selector, Listener listener) {
                return hop.monitor(selector, listener);
            }
        };
    }

    private void refuseLost(Url url) {
        if (isLost.test(url)) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE, "cannot ask %s: its node does not answer pings now".formatted(url));
        }
    }
}
