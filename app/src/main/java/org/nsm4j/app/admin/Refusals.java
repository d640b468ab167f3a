package org.nsm4j.app.admin;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import org.nsm4j.api.admin.Refusal;
import org.nsm4j.core.model.Refused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries {@link Refused} across the admin socket: reason, hop and sentence in the trailers. */
final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
    private static final Metadata.Key<Refusal> KEY = ProtoUtils.keyForProto(Refusal.getDefaultInstance());

    private Refusals() {}

    /** What the server answers; a throwable that is no refusal is a bug, and logged here. */
    static StatusRuntimeException toStatus(Throwable failure) {
        if (!(failure instanceof Refused refused)) {
            LOG.error("bug: the admin call failed", failure);
            return toStatus(new Refused(Refused.Reason.INTERNAL, "a bug in this node: " + failure, failure));
        }
        var trailers = new Metadata();
        trailers.put(
                KEY,
                Refusal.newBuilder()
                        .setReason(refused.reason().name())
                        .setHop(refused.hop().orElse(""))
                        .setSentence(refused.sentence())
                        .build());
        return status(refused.reason()).withDescription(refused.getMessage()).asRuntimeException(trailers);
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

    /** What the client throws: the refusal that was sent, or {@link AdminUnreachable} where nobody answered. */
    static RuntimeException fromStatus(StatusRuntimeException failure, String socket) {
        var trailers = failure.getTrailers();
        var sent = trailers == null ? null : trailers.get(KEY);
        if (sent != null) {
            var reason = reason(sent.getReason());
            return sent.getHop().isEmpty()
                    ? new Refused(reason, sent.getSentence())
                    : Refused.by(sent.getHop(), reason, sent.getSentence());
        }
        return switch (failure.getStatus().getCode()) {
            case UNAVAILABLE -> new AdminUnreachable(socket, failure);
            case DEADLINE_EXCEEDED -> new Refused(Refused.Reason.DEADLINE, "the node did not answer in time", failure);
            case CANCELLED -> new Refused(Refused.Reason.CANCELLED, "called off", failure);
            default -> new Refused(Refused.Reason.INTERNAL, "the node answered: " + failure.getStatus(), failure);
        };
    }

    /** A reason by its name; one of a later version is told as INTERNAL. */
    static Refused.Reason reason(String name) {
        for (var each : Refused.Reason.values()) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        return Refused.Reason.INTERNAL;
    }
}
