package org.nsm4j.identity.workload;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Refused.Reason;

/** Refusals as the statuses that identity's own services answer with, and back. */
public final class Statuses {
    private Statuses() {}

    /** What a caller gets. */
    public static StatusRuntimeException of(Refused refused) {
        var status =
                switch (refused.reason()) {
                    case INVALID, UNSUPPORTED -> Status.INVALID_ARGUMENT;
                    case NOT_FOUND, NO_CANDIDATE -> Status.NOT_FOUND;
                    case NOT_AUTHORIZED -> Status.PERMISSION_DENIED;
                    case NO_ADDRESS, NO_CAPACITY -> Status.RESOURCE_EXHAUSTED;
                    case CONFLICT -> Status.ALREADY_EXISTS;
                    case UNAVAILABLE -> Status.UNAVAILABLE;
                    case DEADLINE -> Status.DEADLINE_EXCEEDED;
                    case CANCELLED -> Status.CANCELLED;
                    case INTERNAL -> Status.INTERNAL;
                };
        return status.withDescription(refused.getMessage()).asRuntimeException();
    }

    /** What another host answered, or why none was got; a certificate that was not trusted is said so. */
    public static Refused refused(String host, StatusRuntimeException e) {
        var untrusted = cause(e, CertificateException.class);
        if (untrusted != null) {
            return new Refused(
                    Reason.NOT_AUTHORIZED,
                    "%s is not the host that was expected: %s (expected: the first host of the domain, known by its authority)"
                            .formatted(host, untrusted.getMessage()),
                    e);
        }
        var reason =
                switch (e.getStatus().getCode()) {
                    case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> Reason.INVALID;
                    case NOT_FOUND -> Reason.NOT_FOUND;
                    case PERMISSION_DENIED, UNAUTHENTICATED -> Reason.NOT_AUTHORIZED;
                    case RESOURCE_EXHAUSTED -> Reason.NO_CAPACITY;
                    case ALREADY_EXISTS, ABORTED -> Reason.CONFLICT;
                    case UNAVAILABLE -> Reason.UNAVAILABLE;
                    case DEADLINE_EXCEEDED -> Reason.DEADLINE;
                    case CANCELLED -> Reason.CANCELLED;
                    case UNIMPLEMENTED -> Reason.UNSUPPORTED;
                    case OK, UNKNOWN, INTERNAL, DATA_LOSS -> Reason.INTERNAL;
                };
        var said = e.getStatus().getDescription();
        return Refused.by(host, reason, said == null ? e.getStatus().getCode().name() : said);
    }

    private static <T extends Throwable> @Nullable T cause(Throwable thrown, Class<T> type) {
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            if (type.isInstance(each)) {
                return type.cast(each);
            }
        }
        return null;
    }
}
