package org.nsm4j.grpc.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;

/**
 * Refusals as gRPC statuses, both ways.
 *
 * <p>The status alone says less than the refusal: between hops of ours, two trailers carry the exact reason and the hop
 * that refused. A peer without them (upstream sends UNKNOWN for nearly everything) is read as well as its code allows.
 */
public final class RefusalMapping {
    private static final Metadata.Key<String> REASON = Headers.text("nsm-refused-reason");
    private static final Metadata.Key<String> HOP = Headers.text("nsm-refused-hop");
    /** A status travels in a header block, and 8 KiB is what many peers accept. */
    /** What gRPC says of a connection that failed; its cause says why. */
    private static final String NO_MORE_THAN_THAT = "io exception";

    private static final System.Logger LOG = System.getLogger(RefusalMapping.class.getName());

    private static final int LONGEST_SENTENCE = 3072;

    private static final int LONGEST_HOP = 256;

    private RefusalMapping() {}

    /** The status of a refusal, with the trailers that carry its reason and hop. */
    public static StatusRuntimeException toStatus(Refused refused) {
        var trailers = new Metadata();
        trailers.put(REASON, refused.reason().name());
        refused.hop().map(RefusalMapping::encoded).ifPresent(hop -> trailers.put(HOP, hop));
        return Status.fromCode(codeOf(refused.reason()))
                .withDescription(shortened(refused.sentence(), LONGEST_SENTENCE))
                .withCause(refused)
                .asRuntimeException(trailers);
    }

    /** The status of whatever ended a call: a refusal keeps its reason, anything else is a bug, and is logged here. */
    public static StatusRuntimeException toStatus(Throwable failure) {
        if (failure instanceof StatusRuntimeException status) {
            return status;
        }
        if (failure instanceof Refused refused) {
            return toStatus(refused);
        }
        LOG.log(System.Logger.Level.ERROR, "bug: a call failed by something else than a refusal", failure);
        return toStatus(new Refused(Refused.Reason.INTERNAL, "bug: " + failure, failure));
    }

    /**
     * The refusal that a status means.
     *
     * @param doing what failed, for a sentence: {@code ask unix:///run/nsm/manager.sock}
     */
    public static Refused toRefused(Status status, @Nullable Metadata trailers, String doing) {
        var said = status.getDescription() == null ? "" : status.getDescription();
        var known = trailers == null ? Optional.<Refused.Reason>empty() : reasonIn(trailers);
        if (known.isPresent()) {
            var hop = trailers == null ? null : trailers.get(HOP);
            return hop == null
                    ? new Refused(known.get(), said)
                    : Refused.by(decoded(shortened(hop, LONGEST_HOP)), known.get(), said);
        }
        return new Refused(
                reasonOf(status.getCode()),
                "cannot %s: %s".formatted(doing, reported(status, said)),
                status.getCause());
    }

    private static String reported(Status status, String said) {
        var cause = status.getCause();
        if (said.equals(NO_MORE_THAN_THAT) && cause != null && cause.getMessage() != null) {
            return cause.getMessage();
        }
        var text = said.isEmpty() ? status.getCode().toString() : said;
        return cause == null || cause.getMessage() == null || text.contains(cause.getMessage())
                ? text
                : text + ": " + cause.getMessage();
    }

    private static Optional<Refused.Reason> reasonIn(Metadata trailers) {
        var name = trailers.get(REASON);
        return Arrays.stream(Refused.Reason.values())
                .filter(reason -> reason.name().equals(name))
                .findFirst();
    }

    private static Status.Code codeOf(Refused.Reason reason) {
        return switch (reason) {
            case INVALID -> Status.Code.INVALID_ARGUMENT;
            case NOT_FOUND -> Status.Code.NOT_FOUND;
            case NO_CANDIDATE -> Status.Code.FAILED_PRECONDITION;
            case NOT_AUTHORIZED -> Status.Code.PERMISSION_DENIED;
            case UNSUPPORTED -> Status.Code.UNIMPLEMENTED;
            case NO_ADDRESS, NO_CAPACITY -> Status.Code.RESOURCE_EXHAUSTED;
            case CONFLICT -> Status.Code.ALREADY_EXISTS;
            case UNAVAILABLE -> Status.Code.UNAVAILABLE;
            case DEADLINE -> Status.Code.DEADLINE_EXCEEDED;
            case CANCELLED -> Status.Code.CANCELLED;
            case INTERNAL -> Status.Code.INTERNAL;
        };
    }

    private static Refused.Reason reasonOf(Status.Code code) {
        return switch (code) {
            case INVALID_ARGUMENT, OUT_OF_RANGE -> Refused.Reason.INVALID;
            case NOT_FOUND -> Refused.Reason.NOT_FOUND;
            case FAILED_PRECONDITION -> Refused.Reason.NO_CANDIDATE;
            case PERMISSION_DENIED, UNAUTHENTICATED -> Refused.Reason.NOT_AUTHORIZED;
            case UNIMPLEMENTED -> Refused.Reason.UNSUPPORTED;
            case RESOURCE_EXHAUSTED -> Refused.Reason.NO_CAPACITY;
            case ALREADY_EXISTS, ABORTED -> Refused.Reason.CONFLICT;
            case UNAVAILABLE -> Refused.Reason.UNAVAILABLE;
            case DEADLINE_EXCEEDED -> Refused.Reason.DEADLINE;
            case CANCELLED -> Refused.Reason.CANCELLED;
            case OK, UNKNOWN, INTERNAL, DATA_LOSS -> Refused.Reason.INTERNAL;
        };
    }

    private static String encoded(String hop) {
        return URLEncoder.encode(shortened(hop, LONGEST_HOP / 4), UTF_8);
    }

    private static String decoded(String hop) {
        try {
            return URLDecoder.decode(hop, UTF_8);
        } catch (IllegalArgumentException e) {
            return hop;
        }
    }

    private static String shortened(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most - 1) + "…";
    }
}
