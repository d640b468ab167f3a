package org.nsm4j.core.model;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One hop of a path.
 *
 * @param name the hop's own name
 * @param id the connection's id as that hop knows it
 * @param token the JWT by which the hop vouches for itself; empty where none was given
 * @param expires when the hop's token ends; null where none was given
 * @param metrics counters that the hop publishes
 * @param unknown what a newer version sent
 */
public record Segment(
        String name,
        ConnectionId id,
        String token,
        @Nullable Instant expires,
        Map<String, String> metrics,
        Opaque unknown) {

    public Segment {
        metrics = Map.copyOf(metrics);
    }

    /** A hop that has given no token yet. */
    public static Segment of(String name, ConnectionId id) {
        return new Segment(name, id, "", null, Map.of(), Opaque.NONE);
    }

    /** The same hop under another name and id, its token kept until it is replaced. */
    public Segment renamed(String newName, ConnectionId newId) {
        return new Segment(newName, newId, token, expires, metrics, unknown);
    }

    /** The same hop with a token. */
    public Segment withToken(String newToken, @Nullable Instant newExpires) {
        return new Segment(name, id, newToken, newExpires, metrics, unknown);
    }

    /** The same hop with other counters. */
    public Segment withMetrics(Map<String, String> newMetrics) {
        return new Segment(name, id, token, expires, newMetrics, unknown);
    }

    @Override
    public String toString() {
        return name + "/" + id;
    }
}
