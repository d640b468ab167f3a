package org.nsm4j.core.chain;

/** Where a request stands in its connection's life. */
public enum Origin {
    /** The id is new here. */
    FIRST,
    /** The id is known here: the same connection once more. */
    REFRESH,
    /** The client asked for another endpoint; what was there is closed already. */
    RESELECT,
    /** The id is unknown here, but the path holds our segment and a successor: we restarted. */
    ADOPT;

    /** Whether a failure closes what the rest had accepted; a working wire is never harmed. */
    boolean compensates() {
        return this == FIRST || this == RESELECT;
    }
}
