package org.nsm4j.core.life;

import java.util.concurrent.atomic.AtomicInteger;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;

/**
 * Refuses more connections than this hop was configured for; the client then gets another endpoint.
 *
 * <p>Place: in endpoints, before anything is allocated.
 */
@Does("refuses more connections than this hop was configured for")
public final class LimitConnections implements Element {
    private final String name;
    private final int capacity;
    private final AtomicInteger taken = new AtomicInteger();

    /**
     * Limits the connections.
     *
     * @param name of what has the capacity, for the refusal
     * @param capacity how many at most, 1 or more
     */
    public LimitConnections(String name, int capacity) {
        if (capacity < 1) {
            throw new Refused(Refused.Reason.INVALID, "capacity: %d (expected: 1 or more)".formatted(capacity));
        }
        this.name = name;
        this.capacity = capacity;
    }

    /** One connection's place. */
    private final class Place implements AutoCloseable {
        @Override
        public void close() {
            taken.decrementAndGet();
        }
    }

    @Override
    public Connection request(Call call, Rest rest) {
        call.hold(Place.class, this::take);
        return rest.request(call);
    }

    private Place take() {
        if (taken.incrementAndGet() > capacity) {
            taken.decrementAndGet();
            throw new Refused(
                    Refused.Reason.NO_CAPACITY,
                    "endpoint: %s is full (expected: fewer than its %d connections)".formatted(name, capacity));
        }
        return new Place();
    }

    /** How many connections have a place now. */
    public int taken() {
        return taken.get();
    }
}
