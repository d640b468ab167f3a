package org.nsm4j.core.model;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What a hop is asked for.
 *
 * @param connection the connection as the asking hop knows it
 * @param preferences the mechanisms that the asking hop can use, best first
 * @param unknown what a newer version sent
 */
public record Request(Connection connection, List<Mechanism> preferences, Opaque unknown) {
    /** The most mechanisms that may be offered. */
    public static final int MOST_PREFERENCES = 64;

    public Request {
        preferences = List.copyOf(preferences);
        if (preferences.size() > MOST_PREFERENCES) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "mechanism preferences: %d (expected: at most %d)".formatted(preferences.size(), MOST_PREFERENCES));
        }
    }

    /** A request of which everything is known. */
    public Request(Connection connection, List<Mechanism> preferences) {
        this(connection, preferences, Opaque.NONE);
    }

    /** The same with another connection. */
    public Request with(Connection newConnection) {
        return new Request(newConnection, preferences, unknown);
    }

    /** The same with a changed connection. */
    public Request with(UnaryOperator<Connection> change) {
        return with(change.apply(connection));
    }

    /** The same with other mechanisms on offer. */
    public Request offering(List<Mechanism> newPreferences) {
        return new Request(connection, newPreferences, unknown);
    }
}
