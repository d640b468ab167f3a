package org.nsm4j.core.select;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The part of Go's text/template that selectors use: {@code {{.nodeName}}} and {@code {{ index . "podName" }}} stand
 * for a label of the client (behaviour D-4, DF-8).
 *
 * <p>As in Go, a label that is missing reads {@code <no value>} in the first form and empty in the second, and a text
 * that is no template is taken as it stands.
 */
final class LabelTemplate {
    private static final Pattern FIELD = Pattern.compile("\\.([\\p{L}_][\\p{L}\\p{Nd}_]*)");
    private static final Pattern INDEX = Pattern.compile("index\\s+\\.\\s+(?:\"([^\"\\\\]*)\"|`([^`]*)`)");
    private static final String MISSING = "<no value>";

    private LabelTemplate() {}

    static String render(String text, Map<String, String> labels) {
        var rendered = new StringBuilder();
        int at = 0;
        for (int open = text.indexOf("{{"); open >= 0; open = text.indexOf("{{", at)) {
            int close = text.indexOf("}}", open + 2);
            if (close < 0) {
                return text;
            }
            var value = value(text.substring(open + 2, close).strip(), labels);
            if (value.isEmpty()) {
                return text;
            }
            rendered.append(text, at, open).append(value.get());
            at = close + 2;
        }
        return rendered.append(text, at, text.length()).toString();
    }

    private static Optional<String> value(String action, Map<String, String> labels) {
        var field = FIELD.matcher(action);
        if (field.matches()) {
            return Optional.of(labels.getOrDefault(field.group(1), MISSING));
        }
        var index = INDEX.matcher(action);
        if (index.matches()) {
            var key = index.group(1) != null ? index.group(1) : index.group(2);
            return Optional.of(labels.getOrDefault(key, ""));
        }
        return Optional.empty();
    }
}
