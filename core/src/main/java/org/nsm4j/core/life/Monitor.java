package org.nsm4j.core.life;

import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.chain.Origin;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;

/**
 * Tells those who watch this hop what the rest really answered: an update after each success, the state DOWN when the
 * refresh of a connection fails, a deletion after a close (behaviour MO-3, CL-5).
 *
 * <p>Place: after whatever may refuse a caller by itself, before everything that makes the connection.
 */
@Does("tells those who watch this hop what the rest really answered")
public final class Monitor implements Element {
    private final Events events;

    /** Tells the watchers of a hub. */
    public Monitor(Events events) {
        this.events = events;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        events.asking(call.id());
        try {
            var answer = rest.request(call).withState(Connection.State.UP);
            events.update(answer);
            return answer;
        } catch (RuntimeException e) {
            events.refused(call.id());
            if (call.origin() == Origin.REFRESH && saysSomethingOfTheWire(e)) {
                events.change(call.id(), connection -> connection.withState(Connection.State.DOWN));
            }
            throw e;
        }
    }

    /** Whether a refused refresh means that the connection may be broken, and not merely that it was badly asked for. */
    private static boolean saysSomethingOfTheWire(RuntimeException failure) {
        return !(failure instanceof Refused refused)
                || switch (refused.reason()) {
                    case INVALID, NOT_AUTHORIZED, CANCELLED -> false;
                    case NOT_FOUND,
                            NO_CANDIDATE,
                            UNSUPPORTED,
                            NO_ADDRESS,
                            NO_CAPACITY,
                            CONFLICT,
                            UNAVAILABLE,
                            DEADLINE,
                            INTERNAL -> true;
                };
    }

    @Override
    public void close(Call call, Rest rest) {
        try {
            rest.close(call);
        } finally {
            events.delete(call.id());
        }
    }
}
