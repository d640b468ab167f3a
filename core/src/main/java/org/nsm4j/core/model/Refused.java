package org.nsm4j.core.model;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one exception by which a hop says no: a reason that a program can switch on, a sentence that a person can act
 * on, and the hop that said it.
 *
 * <p>The sentence names the thing refused and what would have been accepted:
 * {@code prefix: 10.0.0.0/33 (expected: an IPv4 prefix length of 0–32)}.
 */
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why a request was refused; mapped to a gRPC status in one place. */
    public enum Reason {
        /** The request itself is malformed: asking again is useless. */
        INVALID,
        /** What the request names does not exist (now). */
        NOT_FOUND,
        /** The service exists, but no endpoint or forwarder fits this client. */
        NO_CANDIDATE,
        /** The caller may not do this. */
        NOT_AUTHORIZED,
        /** No offered mechanism or payload is one that this hop speaks. */
        UNSUPPORTED,
        /** No address is left. */
        NO_ADDRESS,
        /** The endpoint or a limit is full. */
        NO_CAPACITY,
        /** Something that is already there stands in the way. */
        CONFLICT,
        /** A part that is needed cannot be reached; asking again later may help. */
        UNAVAILABLE,
        /** The time given was used up. */
        DEADLINE,
        /** The caller, or a Close, called the request off. */
        CANCELLED,
        /** The kernel refused, or a bug: see the sentence. */
        INTERNAL
    }

    private final Reason reason;
    private final @Nullable String hop;

    /**
     * Refuses for a reason, at this hop.
     *
     * @param reason what a program may switch on
     * @param message what was refused and what would have been accepted
     */
    public Refused(Reason reason, String message) {
        this(reason, message, null, null);
    }

    /**
     * Refuses because of a failure beneath.
     *
     * @param reason what a program may switch on
     * @param message what was refused and what would have been accepted
     * @param cause the failure beneath
     */
    public Refused(Reason reason, String message, @Nullable Throwable cause) {
        this(reason, message, null, cause);
    }

    private Refused(Reason reason, String message, @Nullable String hop, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.hop = hop;
    }

    /**
     * A refusal that another hop pronounced.
     *
     * @param reason the reason that it gave
     * @param hop its name
     * @param message its sentence
     */
    public static Refused by(String hop, Reason reason, String message) {
        return new Refused(reason, message, hop, null);
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }

    /** The hop that refused, where it is known. */
    public Optional<String> hop() {
        return Optional.ofNullable(hop);
    }

    /** What was refused, without the hop's name. */
    public String sentence() {
        return String.valueOf(super.getMessage());
    }

    @Override
    public String getMessage() {
        return hop == null ? sentence() : hop + ": " + sentence();
    }

    /** The same refusal, pronounced by the given hop unless one is named already. */
    public Refused at(String name) {
        if (hop != null) {
            return this;
        }
        var named = new Refused(reason, sentence(), name, getCause());
        named.setStackTrace(getStackTrace());
        for (var each : getSuppressed()) {
            named.addSuppressed(each);
        }
        return named;
    }
}
