package org.nsm4j.core.life;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Closes a connection whose client does not renew it: when the token of the hop before us ends, less the time that the
 * request had, so that the close still travels under a token that counts (behaviour T-1 to T-3).
 *
 * <p>A refresh that failed leaves the time as it was. A refresh that is under way when the time comes is waited for.
 *
 * <p>Place: after the tokens were updated and checked, before everything that a close has to undo.
 */
@Does("closes a connection whose client does not renew it in time")
public final class ExpireStale implements Element {
    /** Tokens that never end are looked at again after this long; also keeps the arithmetic of timers in range. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private final ConnectionTable connections;
    private final Scheduler scheduler;

    /** Closes what is stale in a table. */
    public ExpireStale(ConnectionTable connections, Scheduler scheduler) {
        this.connections = connections;
        this.scheduler = scheduler;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var now = scheduler.now();
        long begun = scheduler.nanoTime();
        var expires = call.connection()
                .path()
                .previous()
                .map(segment -> segment.expires())
                .orElseThrow(() -> new Refused(
                        Refused.Reason.INVALID,
                        "path: the segment before index %d has no expiry (expected: a token, or its expiry)"
                                .formatted(call.connection().path().index())));
        if (!expires.isAfter(now)) {
            throw new Refused(
                    Refused.Reason.NOT_AUTHORIZED,
                    "token: ended at %s, now is %s (expected: a token that has not ended; is a clock wrong?)"
                            .formatted(expires, now));
        }
        var answer = rest.request(call);
        // the host's clock is read but once: it may be set meanwhile, which is no reason to close a wire that works
        var left = Duration.between(now, closeAt(now, expires, call)).minusNanos(scheduler.nanoTime() - begun);
        call.replace(Expiry.class, () -> new Expiry(call.id(), expires, left));
        return answer;
    }

    /** Early enough for the close to arrive, but never before half of the token's time. */
    private static Instant closeAt(Instant now, Instant expires, Call call) {
        var life = Duration.between(now, expires);
        var deadline = call.caller().deadline();
        var remaining = deadline == null ? Duration.ZERO : Duration.between(now, deadline);
        var half = life.dividedBy(2);
        var early = remaining.isNegative() ? Duration.ZERO : remaining.compareTo(half) > 0 ? half : remaining;
        return expires.minus(early);
    }

    /** The time that a connection has left. */
    private final class Expiry implements AutoCloseable {
        private final ConnectionId id;
        private final Instant expires;
        private final AtomicBoolean renewed = new AtomicBoolean();
        private final Scheduler.Timer timer;

        Expiry(ConnectionId id, Instant expires, Duration left) {
            this.id = id;
            this.expires = expires;
            this.timer = scheduler.after(left.compareTo(LONGEST) > 0 ? LONGEST : left, "expire " + id, this::passed);
        }

        private void passed() {
            if (expires.isBefore(scheduler.now().plus(LONGEST.dividedBy(2)))) {
                connections.closeLater(
                        id, "the client's token ends at %s and was not renewed".formatted(expires), this::isDue);
            }
        }

        private boolean isDue() {
            return !renewed.get();
        }

        @Override
        public void close() {
            renewed.set(true);
            timer.close();
        }
    }
}
