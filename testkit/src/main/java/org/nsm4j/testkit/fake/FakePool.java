package org.nsm4j.testkit.fake;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Addresses that outlive the endpoint's process, as a node's durable record would: each connection id has one pair of
 * 10.0.0.0/16. Also one that is given back is lent again only when its time has been over for a grace, for a forwarder
 * that lost its memory may have left the former owner's interface there until then.
 */
public final class FakePool {
    private static final int SIZE = 1 << 15;

    private final Duration grace;
    private final Map<Integer, Lent> lent = new LinkedHashMap<>();

    /**
     * A pair that is not free.
     *
     * @param to whom; null when it was given back
     */
    private record Lent(@Nullable ConnectionId to, @Nullable Instant until) {}

    /** A pool that keeps what ran out for so long before it lends it again. */
    public FakePool(Duration grace) {
        this.grace = grace;
    }

    /** The element that lends out of this pool. */
    public Element element(Scheduler scheduler) {
        return new LendAddresses(this, scheduler);
    }

    /** How many pairs are lent. */
    public int size(Instant now) {
        forget(now);
        return (int) lent.values().stream().filter(each -> each.to() != null).count();
    }

    private void forget(Instant now) {
        lent.values()
                .removeIf(
                        each -> each.until() != null && each.until().plus(grace).isBefore(now));
    }

    private int lend(ConnectionId id, @Nullable Instant until, Instant now) {
        forget(now);
        int pair = lent.entrySet().stream()
                .filter(each -> id.equals(each.getValue().to()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseGet(this::lowestFree);
        lent.put(pair, new Lent(id, until));
        return pair;
    }

    private int lowestFree() {
        for (int pair = 0; pair < SIZE; pair++) {
            if (!lent.containsKey(pair)) {
                return pair;
            }
        }
        throw new Refused(Refused.Reason.NO_ADDRESS, "fake pool: all %d pairs are lent".formatted(SIZE));
    }

    private void giveBack(int pair, ConnectionId id) {
        lent.computeIfPresent(pair, (key, to) -> id.equals(to.to()) ? new Lent(null, to.until()) : to);
    }

    private record LendAddresses(FakePool pool, Scheduler scheduler) implements Element {
        /** One pair. */
        private record Lease(FakePool pool, int pair, ConnectionId id) implements AutoCloseable {
            @Override
            public void close() {
                pool.giveBack(pair, id);
            }
        }

        @Override
        public Connection request(Call call, Rest rest) {
            var until =
                    call.connection().path().previous().map(Segment::expires).orElse(null);
            int pair = pool.lend(call.id(), until, scheduler.now());
            boolean known = call.origin() == org.nsm4j.core.chain.Origin.ADOPT;
            if (known) {
                call.adopt(Lease.class, () -> new Lease(pool, pair, call.id()));
            } else {
                call.hold(Lease.class, () -> new Lease(pool, pair, call.id()));
            }
            return rest.request(call.with(connection -> connection.withContext(context -> context.withIp(
                    context.ip().withAddresses(List.of(address(2 * pair)), List.of(address(2 * pair + 1)))))));
        }

        private static Cidr address(int number) {
            return Cidr.parse("10.0.%d.%d/32".formatted(number >> 8, number & 0xff));
        }
    }
}
