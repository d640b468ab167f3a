package org.nsm4j.core.life;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Ends an endpoint that had no connection for a while, and refuses whoever comes after (behaviour N-4; upstream's onidle).
 * A first request that fails is no connection: it does not put the end off.
 *
 * <p>Place: in endpoints, after the connection table.
 */
@Does("ends the endpoint when it had no connection for a while")
public final class EndWhenIdle implements Element {
    private final Duration idle;
    private final Scheduler scheduler;
    private final Runnable end;
    private final AtomicReference<State> state = new AtomicReference<>(new State(0, 0, false));

    /**
     * How things stand.
     *
     * @param connections that stand now
     * @param changes how often that number has changed, which tells one idle time from the next
     */
    private record State(int connections, long changes, boolean ended) {
        State with(int newConnections) {
            return new State(newConnections, changes + 1, ended);
        }
    }

    /**
     * Counts from now on.
     *
     * @param idle how long without a connection; above zero
     * @param end what ends the endpoint; run once at most
     */
    public EndWhenIdle(Duration idle, Scheduler scheduler, Runnable end) {
        this.idle = idle;
        this.scheduler = scheduler;
        this.end = end;
        await(Objects.requireNonNull(state.get()));
    }

    @Override
    public Connection request(Call call, Rest rest) {
        if (Objects.requireNonNull(state.get()).ended) {
            throw ended();
        }
        var answer = rest.request(call);
        call.hold(Standing.class, this::arrived);
        return answer;
    }

    /** One connection that stands. */
    private final class Standing implements AutoCloseable {
        @Override
        public void close() {
            var left = state.updateAndGet(before -> before.with(before.connections - 1));
            if (left.connections == 0) {
                await(left);
            }
        }
    }

    private Standing arrived() {
        if (state.updateAndGet(before -> before.ended ? before : before.with(before.connections + 1)).ended) {
            throw ended();
        }
        return new Standing();
    }

    private void await(State since) {
        scheduler.after(idle, "end when idle", () -> {
            if (state.compareAndSet(since, new State(0, since.changes, true))) {
                end.run();
            }
        });
    }

    private Refused ended() {
        return new Refused(
                Refused.Reason.UNAVAILABLE,
                "endpoint expired: it had no connection for %s (expected: another endpoint)".formatted(idle));
    }
}
