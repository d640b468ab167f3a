package org.nsm4j.core.select;

import java.util.Map;
import java.util.TreeMap;

/** The subset test of selectors and labels (wire §3.9). */
final class LabelSelector {
    private LabelSelector() {}

    /**
     * Whether labels satisfy a selector.
     *
     * @param client the client's labels, for templates in the selector's values
     */
    static boolean fits(Map<String, String> selector, Map<String, String> labels, Map<String, String> client) {
        return labels.size() >= selector.size()
                && selector.entrySet().stream().allMatch(wanted -> {
                    var value = labels.getOrDefault(wanted.getKey(), "");
                    return value.equals(wanted.getValue())
                            || value.equals(LabelTemplate.render(wanted.getValue(), client));
                });
    }

    /** The selector as a person reads it, templates filled in: {@code app=vpn,node=n1}; {@code anything} when empty. */
    static String describe(Map<String, String> selector, Map<String, String> client) {
        if (selector.isEmpty()) {
            return "anything";
        }
        var text = new StringBuilder();
        new TreeMap<>(selector)
                .forEach((key, value) -> text.append(text.isEmpty() ? "" : ",")
                        .append(key)
                        .append('=')
                        .append(LabelTemplate.render(value, client)));
        return text.toString();
    }
}
