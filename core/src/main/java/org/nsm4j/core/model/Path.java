package org.nsm4j.core.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The hops that a request walked, first to last, and which of them is looking.
 *
 * @param index the hop that is looking, from 0
 * @param segments the hops
 * @param unknown what a newer version sent
 */
public record Path(int index, List<Segment> segments, Opaque unknown) {
    /** The most hops that a path may have: the longest that upstream's examples reach, several times over. */
    public static final int LONGEST = 64;

    /** No hop yet. */
    public static final Path EMPTY = new Path(0, List.of(), Opaque.NONE);

    public Path {
        segments = List.copyOf(segments);
        if (segments.size() > LONGEST) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "path: %d segments (expected: at most %d)".formatted(segments.size(), LONGEST));
        }
        if (index < 0) {
            throw new Refused(Refused.Reason.INVALID, "path index: %d (expected: 0 or more)".formatted(index));
        }
    }

    /** A path that starts here. */
    public static Path startingAt(Segment first) {
        return new Path(0, List.of(first), Opaque.NONE);
    }

    /** The segment at a place, if the path reaches that far. */
    public Optional<Segment> segment(int at) {
        return at >= 0 && at < segments.size() ? Optional.of(segments.get(at)) : Optional.empty();
    }

    /** The hop that is looking. */
    public Optional<Segment> current() {
        return segment(index);
    }

    /** The hop that asked the one that is looking. */
    public Optional<Segment> previous() {
        return segment(index - 1);
    }

    /** The hop that the one that is looking asked. */
    public Optional<Segment> next() {
        return segment(index + 1);
    }

    /** The same hops, seen from another. */
    public Path at(int newIndex) {
        return new Path(newIndex, segments, unknown);
    }

    /** The path with one segment replaced, or appended when the place is just past the end. */
    public Path with(int at, Segment segment) {
        var changed = new ArrayList<>(segments);
        if (at == changed.size()) {
            changed.add(segment);
        } else {
            changed.set(at, segment);
        }
        return new Path(index, changed, unknown);
    }

    /** The path with another's segments up to the hop that is looking, as far as both reach. */
    public Path withFirst(Path other) {
        var changed = this;
        for (int i = 0; i <= index && i < segments.size() && i < other.segments.size(); i++) {
            changed = changed.with(i, other.segments.get(i));
        }
        return changed;
    }

    /** The path without what comes after the hop that is looking. */
    public Path trimmed() {
        return segments.size() <= index + 1 ? this : new Path(index, segments.subList(0, index + 1), unknown);
    }

    /** When the first of all tokens ends; empty where no segment has an expiry. */
    public Optional<Instant> earliestExpiry() {
        return segments.stream()
                .map(Segment::expires)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .min(Instant::compareTo);
    }
}
