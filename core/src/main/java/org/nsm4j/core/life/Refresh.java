package org.nsm4j.core.life;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Asks for a connection again, well before the first token on its path ends (behaviour RF-1 to RF-4, wire §5.8): after
 * a fifth of the time that is left, for a client at the start of the path; a little earlier by chance, so that clients
 * that started together do not stay together.
 *
 * <p>A refresh that fails is tried again with growing pauses, until one works or another request or a close comes.
 *
 * <p>Place: in clients only, right after the connection table.
 */
@Does("asks again for the connection well before the first token of its path ends")
public final class Refresh implements Element {
    private static final System.Logger LOG = System.getLogger(Refresh.class.getName());
    /** Where no hop says when its token ends: a fifth of upstream's token life. */
    private static final Duration UNSAID = Duration.ofMinutes(2);
    /** Where every token has ended already, asking at once would only be a storm. */
    private static final Duration SHORTEST_AFTER_END = Duration.ofSeconds(1);

    private static final Duration LONGEST = Duration.ofDays(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    /** How long a refresh may take when the first request had no deadline. */
    private static final Duration REQUEST = Duration.ofSeconds(15);
    /** By how much at most chance shortens a wait. */
    private static final double JITTER = 0.1;

    private final ConnectionTable connections;
    private final Scheduler scheduler;
    private final RandomGenerator random;

    /** Refreshes what is in a table. */
    public Refresh(ConnectionTable connections, Scheduler scheduler, RandomGenerator random) {
        this.connections = connections;
        this.scheduler = scheduler;
        this.random = random;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var deadline = call.caller().deadline();
        var most = deadline == null ? REQUEST : Duration.between(scheduler.now(), deadline);
        var answer = rest.request(call);
        // a later request may be in a hurry; the connection's refreshes get what its first request got
        var kept = call.held(Next.class).map(next -> next.most).orElse(most);
        call.replace(Next.class, () -> new Next(call.id(), kept, wait(answer)));
        return answer;
    }

    /** How long to wait after an answer. */
    private Duration wait(Connection answer) {
        var path = answer.path();
        Optional<Instant> first = path.earliestExpiry();
        if (first.isEmpty()) {
            return jittered(UNSAID);
        }
        var left = Duration.between(scheduler.now(), first.get());
        if (!left.isPositive()) {
            return SHORTEST_AFTER_END;
        }
        int length = path.segments().size();
        double share = length > 1 ? 0.2 + 0.2 * path.index() / length : 1.0 / 3;
        var capped = left.compareTo(LONGEST) > 0 ? LONGEST : left;
        return jittered(Duration.ofNanos((long) (capped.toNanos() * share)));
    }

    private Duration jittered(Duration wait) {
        return Duration.ofNanos((long) (wait.toNanos() * (1 - JITTER * random.nextDouble())));
    }

    /** The refresh that comes next, and its repetitions. */
    private final class Next implements AutoCloseable {
        private final ConnectionId id;
        private final Duration most;
        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicReference<Scheduler.@Nullable Timer> timer = new AtomicReference<>();

        Next(ConnectionId id, Duration most, Duration wait) {
            this.id = id;
            this.most = most;
            arm(wait, FIRST_PAUSE);
        }

        private void arm(Duration wait, Duration pause) {
            timer.set(scheduler.after(wait, "refresh " + id, () -> refresh(pause)));
            if (over.get()) {
                disarm();
            }
        }

        private void refresh(Duration pause) {
            if (over.get()) {
                return;
            }
            try {
                connections.requestAgain(id, UnaryOperator.identity(), most);
            } catch (RuntimeException e) {
                // also a bug must not end the refreshing of a wire that works
                if (!over.get()) {
                    LOG.log(System.Logger.Level.WARNING, "refresh refused connection={0} reason={1}", id, e);
                    var doubled = pause.multipliedBy(2);
                    arm(jittered(pause), doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled);
                }
            }
        }

        private void disarm() {
            var armed = timer.getAndSet(null);
            if (armed != null) {
                armed.close();
            }
        }

        @Override
        public void close() {
            over.set(true);
            disarm();
        }
    }
}
