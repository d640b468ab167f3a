package org.nsm4j.linux.nft;

/** What becomes of a packet that a rule matches. */
public enum Verdict {
    /** Passed by this chain; chains of other tables still see it. */
    ACCEPT(1),
    DROP(0),
    /** No further rule of this chain; its default decides. */
    RETURN(-5);

    private final int code;

    Verdict(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
