package org.nsm4j.grpc.wire;

import com.google.protobuf.Timestamp;
import java.time.DateTimeException;
import java.time.Instant;
import org.nsm4j.core.model.Refused;

/** Points in time. */
final class Times {
    private Times() {}

    static Instant toModel(Timestamp message) {
        try {
            return Instant.ofEpochSecond(message.getSeconds(), message.getNanos());
        } catch (DateTimeException | ArithmeticException e) {
            throw new Refused(
                    Refused.Reason.INVALID, "time: %d s (expected: a representable time)".formatted(message.getSeconds()), e);
        }
    }

    static Timestamp toMessage(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }
}
