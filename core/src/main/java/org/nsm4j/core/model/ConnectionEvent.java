package org.nsm4j.core.model;

import java.util.List;

/**
 * What a monitor stream reports.
 *
 * @param kind what happened
 * @param connections each as the reporting hop knows it
 */
public record ConnectionEvent(Kind kind, List<Connection> connections) {
    /** What happened; the numbers are those of the wire. */
    public enum Kind {
        /** All that there is, once at the start, even when that is nothing. */
        INITIAL_STATE_TRANSFER,
        /** Made or changed. */
        UPDATE,
        /** Gone. */
        DELETE
    }

    public ConnectionEvent {
        connections = List.copyOf(connections);
    }
}
