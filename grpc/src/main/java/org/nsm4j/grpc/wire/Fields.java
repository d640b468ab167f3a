package org.nsm4j.grpc.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.Timestamp;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Opaque;
import org.nsm4j.core.model.Refused;

/** Reads fields of messages within bounds, and says in a refusal which field it was. */
final class Fields {
    /** The most entries of a list or map; upstream's longest are a few dozen. */
    static final int MOST_ENTRIES = 4096;

    private Fields() {}

    /** Reads each entry; a refusal names the field and the place. */
    static <A, B> List<B> list(String field, List<A> entries, Function<A, B> read) {
        checkSize(field, entries.size());
        var result = new ArrayList<B>(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            try {
                result.add(read.apply(entries.get(i)));
            } catch (Refused e) {
                throw new Refused(e.reason(), "%s[%d]: %s".formatted(field, i, e.sentence()), e);
            }
        }
        return result;
    }

    /** Writes each entry. */
    static <A, B> List<B> written(List<A> entries, Function<A, B> write) {
        return entries.stream().map(write).toList();
    }

    /** Passes a map on, if it is not too large. */
    static Map<String, String> map(String field, Map<String, String> entries) {
        checkSize(field, entries.size());
        return entries;
    }

    static void checkSize(String field, int size) {
        if (size > MOST_ENTRIES) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "%s: %d entries (expected: at most %d)".formatted(field, size, MOST_ENTRIES));
        }
    }

    /** A time; null where the message has none. */
    static @Nullable Instant instant(String field, boolean present, Timestamp time) {
        if (!present) {
            return null;
        }
        try {
            return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
        } catch (DateTimeException | ArithmeticException e) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "%s: %d s %d ns since 1970 (expected: a time)".formatted(field, time.getSeconds(), time.getNanos()),
                    e);
        }
    }

    /** Writes a time. */
    static Timestamp timestamp(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }

    /** The fields of a message that this version does not know. */
    static Opaque unknown(MessageOrBuilder message) {
        return Opaque.of(message.getUnknownFields().toByteArray());
    }

    /** Puts back what {@link #unknown} kept, or a message that holds nothing but such fields at its own places. */
    static <B extends Message.Builder> B restore(B builder, Opaque unknown) {
        if (!unknown.isEmpty()) {
            try {
                builder.mergeFrom(unknown.bytes());
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalArgumentException(
                        "unknown fields: %s (expected: a protobuf message)".formatted(unknown), e);
            }
        }
        return builder;
    }
}
