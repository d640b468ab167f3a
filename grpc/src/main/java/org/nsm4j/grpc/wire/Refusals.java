package org.nsm4j.grpc.wire;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;

/**
 * Refusals as gRPC statuses, and back. Reason and hop travel in trailers between our own processes; a foreign one sees
 * the status code and the sentence, and a foreign one's plain error becomes the nearest reason.
 */
public final class Refusals {
    private static final Metadata.Key<String> REASON =
            Metadata.Key.of("nsm4j-reason", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> HOP = Metadata.Key.of("nsm4j-hop", Metadata.ASCII_STRING_MARSHALLER);
    private static final System.Logger LOG = System.getLogger(Refusals.class.getName());

    private Refusals() {}

    /** The status of anything that was thrown: a refusal keeps its reason, the rest is a bug, logged here once. */
    public static StatusRuntimeException toStatus(Throwable thrown) {
        if (thrown instanceof StatusRuntimeException status) {
            return status;
        }
        if (!(thrown instanceof Refused refused)) {
            LOG.log(System.Logger.Level.ERROR, "bug: a call failed with something else than a refusal", thrown);
            return Status.INTERNAL
                    .withDescription("bug: " + thrown)
                    .withCause(thrown)
                    .asRuntimeException();
        }
        var trailers = new Metadata();
        trailers.put(REASON, refused.reason().name());
        refused.hop().filter(Refusals::isAscii).ifPresent(hop -> trailers.put(HOP, hop));
        return status(refused.reason())
                .withDescription(refused.sentence())
                .withCause(refused)
                .asRuntimeException(trailers);
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c >= 0x20 && c < 0x7f);
    }

    private static Status status(Refused.Reason reason) {
        return switch (reason) {
            case INVALID -> Status.INVALID_ARGUMENT;
            case NOT_FOUND -> Status.NOT_FOUND;
            case NO_CANDIDATE, UNSUPPORTED -> Status.FAILED_PRECONDITION;
            case NOT_AUTHORIZED -> Status.PERMISSION_DENIED;
            case NO_ADDRESS, NO_CAPACITY -> Status.RESOURCE_EXHAUSTED;
            case CONFLICT -> Status.ALREADY_EXISTS;
            case UNAVAILABLE -> Status.UNAVAILABLE;
            case DEADLINE -> Status.DEADLINE_EXCEEDED;
            case CANCELLED -> Status.CANCELLED;
            case INTERNAL -> Status.INTERNAL;
        };
    }

    /**
     * The refusal behind a failed call.
     *
     * @param peer who was asked, for a sentence that names it
     */
    public static Refused fromStatus(Throwable thrown, String peer) {
        Status status = Status.fromThrowable(thrown);
        var trailers = trailers(thrown);
        var sentence = Optional.ofNullable(status.getDescription())
                .orElseGet(() -> "%s answered %s".formatted(peer, status.getCode()));
        var named = trailers == null ? null : trailers.get(REASON);
        var hop = trailers == null ? null : trailers.get(HOP);
        var reason = named == null ? reason(status) : parse(named, status);
        if (named == null && status.getCode() == Status.Code.UNAVAILABLE) {
            return new Refused(
                    reason,
                    "%s cannot be reached: %s (expected: it runs and listens there)".formatted(peer, cause(status)),
                    thrown);
        }
        return hop == null ? new Refused(reason, sentence, thrown) : Refused.by(hop, reason, sentence);
    }

    private static String cause(Status status) {
        var cause = status.getCause();
        var description = status.getDescription();
        if (cause != null && cause.getMessage() != null) {
            return cause.getMessage();
        }
        return description == null ? "no connection" : description;
    }

    private static @Nullable Metadata trailers(Throwable thrown) {
        return switch (thrown) {
            case StatusRuntimeException e -> e.getTrailers();
            case StatusException e -> e.getTrailers();
            default -> null;
        };
    }

    private static Refused.Reason parse(String name, Status status) {
        for (var reason : Refused.Reason.values()) {
            if (reason.name().equals(name)) {
                return reason;
            }
        }
        return reason(status);
    }

    private static Refused.Reason reason(Status status) {
        return switch (status.getCode()) {
            case INVALID_ARGUMENT, OUT_OF_RANGE -> Refused.Reason.INVALID;
            case NOT_FOUND -> Refused.Reason.NOT_FOUND;
            case FAILED_PRECONDITION, UNIMPLEMENTED -> Refused.Reason.UNSUPPORTED;
            case PERMISSION_DENIED, UNAUTHENTICATED -> Refused.Reason.NOT_AUTHORIZED;
            case RESOURCE_EXHAUSTED -> Refused.Reason.NO_CAPACITY;
            case ALREADY_EXISTS, ABORTED -> Refused.Reason.CONFLICT;
            case UNAVAILABLE -> Refused.Reason.UNAVAILABLE;
            case DEADLINE_EXCEEDED -> Refused.Reason.DEADLINE;
            case CANCELLED -> Refused.Reason.CANCELLED;
            case OK, UNKNOWN, INTERNAL, DATA_LOSS -> Refused.Reason.INTERNAL;
        };
    }
}
