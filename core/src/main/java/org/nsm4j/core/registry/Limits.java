package org.nsm4j.core.registry;

import java.util.Map;
import java.util.regex.Pattern;
import org.nsm4j.core.model.Refused;

/**
 * How much one registration may be, and what a name may look like.
 *
 * <p>A name becomes the name of a Kubernetes resource and part of paths and log lines; after an {@code @} comes a
 * domain, which upstream also lets be an address with a port.
 */
final class Limits {
    static final int LONGEST_NAME = 253;
    static final int MOST_SERVICES = 64;
    static final int MOST_LABELS = 128;
    static final int MOST_MATCHES = 256;
    static final int MOST_ROUTES = 256;
    /** A Kubernetes prefix of 253 characters, a slash, a name of 63. */
    static final int LONGEST_LABEL = 317;

    static final int LONGEST_TEXT = 1024;

    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(@[A-Za-z0-9\\[]([A-Za-z0-9._:/\\[\\]-]*))?");

    private Limits() {}

    static void name(String field, String name) {
        if (name.length() > LONGEST_NAME || !NAME.matcher(name).matches() || name.contains("..")) {
            throw invalid(
                    field,
                    quoted(name),
                    "1–%d letters, digits, '-', '.' and '_', the first and last a letter or digit, then perhaps @domain"
                            .formatted(LONGEST_NAME));
        }
    }

    static void atLeastOne(String field, int count) {
        if (count == 0) {
            throw invalid(field, "none", "at least one");
        }
    }

    static void count(String field, int count, int most) {
        if (count > most) {
            throw invalid(field, Integer.toString(count), "at most " + most);
        }
    }

    static void labels(String field, Map<String, String> labels) {
        count(field, labels.size(), MOST_LABELS);
        labels.forEach((label, value) -> {
            if (label.isEmpty() || label.length() > LONGEST_LABEL) {
                throw invalid(field, quoted(label), "a label of 1–%d characters".formatted(LONGEST_LABEL));
            }
            text(field + ", " + quoted(label), value);
        });
    }

    static void text(String field, String value) {
        if (value.length() > LONGEST_TEXT) {
            throw invalid(field, value.length() + " characters", "at most " + LONGEST_TEXT);
        }
    }

    private static String quoted(String text) {
        var shown = text.length() > 80 ? text.substring(0, 80) + "…" : text;
        return '"' + shown.replaceAll("\\p{Cntrl}", "?") + '"';
    }

    private static Refused invalid(String field, String was, String expected) {
        return new Refused(Refused.Reason.INVALID, "%s: %s (expected: %s)".formatted(field, was, expected));
    }
}
