package org.nsm4j.grpc.wire;

import io.grpc.Metadata;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Caller;

/** The gRPC headers of the mesh: the caller's token, and the path of a registration (wire §5.2, §5.5). */
public final class Headers {
    /** The caller's token, a compact JWT. */
    private static final Metadata.Key<String> TOKEN = text("nsm-client-token");
    /** When the caller's token ends, in RFC 3339. */
    private static final Metadata.Key<String> TOKEN_EXPIRES = text("nsm-client-token-expires");
    /** The path of a registration, as JSON. */
    public static final Metadata.Key<String> PATH = text("path");

    private static final int LONGEST_TOKEN = 16 * 1024;
    private static final int LONGEST_TIME = 64;

    private Headers() {}

    static Metadata.Key<String> text(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /** The token that came with a call; null unless both of its headers are there exactly once and can be read. */
    public static Caller.@Nullable Token token(Metadata headers) {
        var value = only(headers, TOKEN);
        var expires = only(headers, TOKEN_EXPIRES);
        if (value == null || expires == null || value.length() > LONGEST_TOKEN || expires.length() > LONGEST_TIME) {
            return null;
        }
        try {
            return new Caller.Token(value, OffsetDateTime.parse(expires).toInstant());
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Puts a token into the headers of a call; an empty one stands for none. */
    public static void put(Metadata headers, Caller.Token token) {
        if (!token.value().isEmpty()) {
            headers.put(TOKEN, token.value());
            headers.put(TOKEN_EXPIRES, capped(token.expires()).toString());
        }
    }

    /** RFC 3339 knows years of four digits only. */
    private static Instant capped(Instant time) {
        var last = Instant.parse("9999-12-31T23:59:59Z");
        return time.isAfter(last) ? last : time;
    }

    private static @Nullable String only(Metadata headers, Metadata.Key<String> key) {
        var all = headers.getAll(key);
        if (all == null) {
            return null;
        }
        var each = all.iterator();
        var first = each.next();
        return each.hasNext() ? null : first;
    }
}
