package org.nsm4j.core.model;

/**
 * The name by which one hop knows a connection; each hop of a path has its own.
 *
 * @param value any text of at most {@value #LONGEST} characters; empty means that no id was given yet
 */
public record ConnectionId(String value) {
    /** The most characters that an id may have; upstream's are UUIDs or short names. */
    public static final int LONGEST = 256;

    /** The id of a connection that nobody named yet. */
    public static final ConnectionId NONE = new ConnectionId("");

    public ConnectionId {
        if (value.length() > LONGEST) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "connection id: %d characters (expected: at most %d)".formatted(value.length(), LONGEST));
        }
    }

    /** Whether no id was given. */
    public boolean isNone() {
        return value.isEmpty();
    }

    @Override
    public String toString() {
        return value;
    }
}
