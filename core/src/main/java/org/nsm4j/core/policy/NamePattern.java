package org.nsm4j.core.policy;

import java.util.regex.Pattern;
import org.nsm4j.core.model.Refused;

/**
 * A pattern of names or identities: {@code *} stands for any part between slashes, {@code **} for any depth, everything
 * else for itself.
 *
 * @param text as it was written
 */
public record NamePattern(String text) {
    private static final int LONGEST = 512;

    public NamePattern {
        if (text.isBlank() || text.length() > LONGEST) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "pattern: \"%s\" (expected: 1–%d characters, * for a part and ** for any depth)"
                            .formatted(text.length() > 80 ? text.substring(0, 80) + "…" : text, LONGEST));
        }
    }

    /** Whether all of a text fits. */
    public boolean fits(String name) {
        var expression = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            boolean star = text.charAt(i) == '*';
            boolean two = star && i + 1 < text.length() && text.charAt(i + 1) == '*';
            expression.append(two ? ".*" : star ? "[^/]*" : Pattern.quote(text.substring(i, i + 1)));
            i += two ? 1 : 0;
        }
        return Pattern.matches(expression.toString(), name);
    }

    @Override
    public String toString() {
        return text;
    }
}
