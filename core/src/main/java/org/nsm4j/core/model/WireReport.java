package org.nsm4j.core.model;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What hops tell the client of a connection's wire, as metrics of their path segments, which upstream's programs carry and
 * pass over: that a forwarder can let the next wire stand beside the present one, and that a wire does not work any more.
 */
public final class WireReport {
    private static final String SWAPS = "wire.swaps";
    private static final String LOST = "wire.lost";
    private static final String WORKED = "wire.worked";
    private static final int LONGEST = 300;

    private WireReport() {}

    /** What has become of a wire. */
    public enum Loss {
        /** An interface of it is gone or switched off: the forwarder can plug it again. */
        LINK,
        /** Somebody took an address or a route of it away: the forwarder can put it back. */
        STRIPPED,
        /** The endpoint's process has ended. */
        ENDPOINT,
        /** The other node cannot be reached. */
        NODE,
        /** A hop behind closed the connection. */
        CLOSED,
        /** The wire works, and shall not be used much longer: the endpoint's node is being drained. */
        DRAINED;

        /** Whether packets pass for now. */
        public boolean isWorking() {
            return this == DRAINED;
        }

        /** Whether asking for the same once more can help before anybody else has done something. */
        public boolean isMendable() {
            return this == LINK || this == STRIPPED;
        }
    }

    /**
     * A wire that does not work.
     *
     * @param loss what has become of it
     * @param worked until when it is known to have worked
     * @param text for people
     */
    public record Lost(Loss loss, Instant worked, String text) {}

    /** The segment of a hop that plugs wires, and says that it can plug the next one beside the present one. */
    public static Segment swapping(Segment segment) {
        var metrics = withoutLoss(segment);
        metrics.put(SWAPS, "1");
        return segment.withMetrics(metrics);
    }

    /** The segment of a hop that knows that the wire does not work. */
    public static Segment lost(Segment segment, Lost lost) {
        var metrics = withoutLoss(segment);
        var text = lost.text().length() > LONGEST ? lost.text().substring(0, LONGEST) : lost.text();
        metrics.put(LOST, lost.loss() + " " + text);
        metrics.put(WORKED, Long.toString(lost.worked().toEpochMilli()));
        return segment.withMetrics(metrics);
    }

    /** A connection whose wire the hop that is looking knows not to work. */
    public static Connection down(Connection connection, Lost lost) {
        var path = connection.path();
        var marked = path.current()
                .map(segment -> path.with(path.index(), lost(segment, lost)))
                .orElse(path);
        return connection.withPath(marked).withState(Connection.State.DOWN);
    }

    private static Map<String, String> withoutLoss(Segment segment) {
        var metrics = new HashMap<>(segment.metrics());
        metrics.remove(LOST);
        metrics.remove(WORKED);
        return metrics;
    }

    /** Whether the first hop behind this one's manager, which has the wire's near end, lets two wires stand at once. */
    public static boolean swaps(Connection connection) {
        var path = connection.path();
        return path.segment(path.index() + 2)
                .map(segment -> segment.metrics().containsKey(SWAPS))
                .orElse(false);
    }

    /** What a hop knows to be wrong with the wire; the nearest hop's word counts. */
    public static Optional<Lost> lost(Connection connection) {
        return connection.path().segments().stream()
                .flatMap(segment -> lost(segment).stream())
                .findFirst();
    }

    private static Optional<Lost> lost(Segment segment) {
        var text = segment.metrics().getOrDefault(LOST, "");
        int space = text.indexOf(' ');
        if (space < 0) {
            return Optional.empty();
        }
        try {
            var worked = Instant.ofEpochMilli(Long.parseLong(segment.metrics().getOrDefault(WORKED, "")));
            return Optional.of(new Lost(Loss.valueOf(text.substring(0, space)), worked, text.substring(space + 1)));
        } catch (IllegalArgumentException e) {
            // a newer version's word, or nonsense: not one that we can act upon
            return Optional.empty();
        }
    }
}
