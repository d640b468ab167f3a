package org.nsm4j.core.select;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Guard;
import org.nsm4j.core.schedule.Scheduler;

/**
 * What a hop has learned of endpoints by asking them: how many of its connections each has, and which failed lately.
 *
 * <p>Among those whose turn it is by weight, the one with the fewest connections comes first, or the least filled one
 * where all say how many they take ({@link Capacity}); equals in turn. An endpoint that failed is avoided for a while
 * that doubles with each failure, one that is full by our own count comes last as well: both are still asked when
 * everybody else refused. An endpoint that registered itself under another URL is a new one.
 *
 * <p>Threads: any. What it remembers ends with the connections and with the time for which an endpoint is avoided.
 */
public final class Experience {
    /** How long an endpoint is avoided after its first failure. */
    static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    /** How long at most. */
    static final Duration LONGEST_PAUSE = Duration.ofMinutes(2);

    private final Scheduler scheduler;
    private final Guard guard;
    private final Map<String, Rotation> rotations = new HashMap<>();
    private final Map<String, Integer> connections = new HashMap<>();
    private final Map<String, Failure> failures = new HashMap<>();

    /** Knows nothing yet. */
    public Experience(Scheduler scheduler) {
        this.scheduler = scheduler;
        this.guard = new Guard(scheduler);
    }

    /**
     * A failure that makes an endpoint avoided.
     *
     * @param url where the endpoint was; empty where that is not known
     */
    private record Failure(String url, String why, Duration pause, Instant until) {}

    /** The place of one connection at an endpoint. */
    final class Seat implements AutoCloseable {
        final String endpoint;

        private Seat(String endpoint) {
            this.endpoint = endpoint;
            guard.run(() -> connections.merge(endpoint, 1, Integer::sum));
        }

        @Override
        public void close() {
            guard.run(() -> connections.computeIfPresent(endpoint, (_, count) -> count == 1 ? null : count - 1));
        }
    }

    /** Counts a connection of an endpoint until the seat is closed. */
    Seat seat(String endpoint) {
        return new Seat(endpoint);
    }

    /** How many connections an endpoint has through this hop. */
    int connections(String endpoint) {
        return guard.call(() -> connections.getOrDefault(endpoint, 0));
    }

    /** An endpoint accepted: whatever it did before is forgiven. */
    void accepted(String endpoint) {
        guard.run(() -> failures.remove(endpoint));
    }

    /** An endpoint refused; where that says something of itself, and not of the request, it is avoided for a while. */
    void refused(Endpoint endpoint, Refused refusal) {
        if (blames(refusal.reason())) {
            failed(endpoint.name(), endpoint.url(), refusal.sentence());
        }
    }

    /** A connection that stood by an endpoint was reported broken, so that others are not sent there at once. */
    public void broke(String endpoint) {
        failed(endpoint, "", "a connection by it broke");
    }

    private static boolean blames(Refused.Reason reason) {
        return switch (reason) {
            case UNAVAILABLE, DEADLINE, INTERNAL, NO_CAPACITY, NO_ADDRESS -> true;
            case INVALID, NOT_FOUND, NO_CANDIDATE, NOT_AUTHORIZED, UNSUPPORTED, CONFLICT, CANCELLED -> false;
        };
    }

    private void failed(String endpoint, String url, String why) {
        var now = scheduler.now();
        guard.run(() -> {
            failures.values().removeIf(each -> each.until().plus(LONGEST_PAUSE).isBefore(now));
            failures.compute(endpoint, (_, before) -> {
                var pause = before == null ? FIRST_PAUSE : before.pause().multipliedBy(2);
                var most = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
                return new Failure(url, why, most, now.plus(most));
            });
        });
    }

    /** The candidates in the order in which they are asked. */
    List<Choice.Candidate> order(String service, List<Choice.Candidate> candidates) {
        var now = scheduler.now();
        return guard.call(() -> {
            var fewest = Comparator.<Choice.Candidate>comparingDouble(each -> load(each, service, candidates));
            var order = new ArrayList<>(
                    rotations.computeIfAbsent(service, _ -> new Rotation()).next(candidates, fewest));
            order.sort(Comparator.comparingInt(each -> urgency(each.endpoint(), service, now)));
            return order;
        });
    }

    private double load(Choice.Candidate candidate, String service, List<Choice.Candidate> all) {
        var endpoint = candidate.endpoint();
        int count = connections.getOrDefault(endpoint.name(), 0);
        boolean comparable = all.stream()
                .allMatch(each -> Capacity.of(each.endpoint(), service).isPresent());
        return comparable ? (count + 1.0) / Capacity.of(endpoint, service).getAsInt() : count;
    }

    private int urgency(Endpoint endpoint, String service, Instant now) {
        if (failure(endpoint, now) != null) {
            return 2;
        }
        return isFull(endpoint, service) ? 1 : 0;
    }

    private boolean isFull(Endpoint endpoint, String service) {
        var capacity = Capacity.of(endpoint, service);
        return capacity.isPresent() && connections.getOrDefault(endpoint.name(), 0) >= capacity.getAsInt();
    }

    private @Nullable Failure failure(Endpoint endpoint, Instant now) {
        var failure = failures.get(endpoint.name());
        boolean counts = failure != null
                && failure.until().isAfter(now)
                && (failure.url().isEmpty() || failure.url().equals(endpoint.url()));
        return counts ? failure : null;
    }

    /** What is known of an endpoint, as a clause for people; empty where nothing is. */
    public Optional<String> describe(Endpoint endpoint, String service) {
        var now = scheduler.now();
        return guard.call(() -> {
            var clauses = new ArrayList<String>();
            int count = connections.getOrDefault(endpoint.name(), 0);
            var capacity = Capacity.of(endpoint, service);
            if (capacity.isPresent()) {
                clauses.add("%d of %d connections".formatted(count, capacity.getAsInt())
                        + (isFull(endpoint, service) ? ", so it is full and asked after the others" : ""));
            } else if (count > 0) {
                clauses.add("%d connection%s".formatted(count, count == 1 ? "" : "s"));
            }
            var failure = failure(endpoint, now);
            if (failure != null) {
                clauses.add("asked last for another %d s, since it failed: %s"
                        .formatted(Duration.between(now, failure.until()).toSeconds() + 1, failure.why()));
            }
            return clauses.isEmpty() ? Optional.<String>empty() : Optional.of(String.join("; ", clauses));
        });
    }

    /** How many endpoints it remembers something of. */
    int size() {
        return guard.call(() -> connections.size() + failures.size());
    }
}
