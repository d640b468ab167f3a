package org.nsm4j.testkit.domain;

import java.time.Duration;
import java.time.Instant;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Closes a connection when the token of the hop before has ended and was not renewed.
 *
 * @param connections closes what is stale
 */
record ExpireByToken(Scheduler scheduler, ConnectionTable connections) implements Element {
    /** The timer of one generation of a connection. */
    private static final class Alarm implements AutoCloseable {
        private final Scheduler.Timer timer;

        Alarm(Scheduler scheduler, ConnectionTable connections, ConnectionId id, Instant at) {
            timer = scheduler.after(
                    Duration.between(scheduler.now(), at),
                    "expire " + id,
                    () -> connections.closeLater(id, "the token of the hop before has ended"));
        }

        @Override
        public void close() {
            timer.close();
        }
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var at = call.connection()
                .path()
                .previous()
                .map(Segment::expires)
                .orElseThrow(() -> new Refused(
                        Refused.Reason.INVALID, "token: none from the hop before (expected: one with an expiry)"));
        var answer = rest.request(call);
        call.replace(Alarm.class, () -> new Alarm(scheduler, connections, call.id(), at));
        return answer;
    }
}
