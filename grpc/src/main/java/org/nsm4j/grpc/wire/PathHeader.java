package org.nsm4j.grpc.wire;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.grpc.Metadata;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.registry.TokenPath;

/**
 * The path of a registration as the header {@code path}: {@code {"Index":1,"PathSegments":[{"token":"…"}]}}, names as
 * upstream writes them and read in any case (wire §5.5).
 */
public final class PathHeader {
    private static final int LONGEST = 256 * 1024;

    private PathHeader() {}

    /**
     * The path that a call or its answer carries, the last where there are several; empty where there is none.
     *
     * @throws Refused with {@link Refused.Reason#INVALID} when it cannot be read
     */
    public static Optional<TokenPath> in(Metadata headers) {
        return Optional.ofNullable(headers.get(Headers.PATH)).map(PathHeader::read);
    }

    /** Puts a path into headers. */
    public static void put(Metadata headers, TokenPath path) {
        headers.put(Headers.PATH, write(path));
    }

    static String write(TokenPath path) {
        var segments = path.tokens().stream()
                .map(token -> Map.<String, Object>of("token", token))
                .toList();
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("Index", path.index());
        json.put("PathSegments", segments);
        return JSONObjectUtils.toJSONString(json);
    }

    static TokenPath read(String text) {
        var json = object(text);
        return new TokenPath(index(field(json, "Index")), tokens(field(json, "PathSegments")));
    }

    private static Map<String, Object> object(String text) {
        try {
            // The parser takes an empty array for an object.
            if (text.stripLeading().startsWith("{")) {
                return JSONObjectUtils.parse(text, LONGEST);
            }
        } catch (ParseException e) {
            // said below: its own sentence quotes the whole text
        }
        throw new Refused(
                Refused.Reason.INVALID, "header path: %s (expected: a JSON object)".formatted(shortened(text)));
    }

    private static int index(@Nullable Object value) {
        if (value == null) {
            return 0;
        }
        if (value instanceof Long index && index >= 0 && index <= Path.LONGEST) {
            return index.intValue();
        }
        throw invalid("Index", value, "0–" + Path.LONGEST);
    }

    private static List<String> tokens(@Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> segments) || segments.size() > Path.LONGEST) {
            throw invalid("PathSegments", value, "at most %d segments".formatted(Path.LONGEST));
        }
        var tokens = new ArrayList<String>(segments.size());
        for (var segment : segments) {
            tokens.add(token(segment));
        }
        return tokens;
    }

    private static String token(@Nullable Object segment) {
        if (segment instanceof Map<?, ?> map) {
            var token = field(map, "token");
            if (token == null) {
                return "";
            }
            if (token instanceof String text) {
                return text;
            }
        }
        throw invalid("PathSegments", String.valueOf(segment), "objects with a token each");
    }

    private static @Nullable Object field(Map<?, ?> json, String name) {
        for (var entry : json.entrySet()) {
            if (name.equalsIgnoreCase(String.valueOf(entry.getKey()))) {
                return entry.getValue();
            }
        }
        return null;
    }

    private static Refused invalid(String field, Object value, String expected) {
        return new Refused(
                Refused.Reason.INVALID,
                "header path: %s: %s (expected: %s)".formatted(field, shortened(value.toString()), expected));
    }

    private static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
}
