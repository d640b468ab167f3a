package org.nsm4j.core.select;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.nsm4j.core.model.Refused;

/** The refusals of the candidates that were tried, put together into one. */
final class Attempts {
    private final Map<String, Refused> refusals = new LinkedHashMap<>();

    void refused(String candidate, Refused refusal) {
        refusals.put(candidate, refusal);
    }

    /**
     * The one refusal of all: that of the only candidate as it is, else each with its name; the reason is theirs where
     * they agree.
     *
     * @param what for instance {@code service vpn}
     * @param who for instance {@code endpoints}
     */
    Refused all(String what, String who) {
        var each = new ArrayList<>(refusals.values());
        if (each.size() == 1) {
            return each.getFirst();
        }
        var reasons = each.stream().map(Refused::reason).distinct().toList();
        var text = refusals.entrySet().stream()
                .map(entry -> "%s: %s".formatted(entry.getKey(), sentence(entry.getKey(), entry.getValue())))
                .collect(Collectors.joining("; "));
        var refused = new Refused(
                reasons.size() == 1 ? reasons.getFirst() : Refused.Reason.UNAVAILABLE,
                "%s: all %d %s refused (expected: one that accepts): %s".formatted(what, each.size(), who, text));
        each.forEach(refused::addSuppressed);
        return refused;
    }

    private static String sentence(String candidate, Refused refusal) {
        return refusal.hop().filter(candidate::equals).isPresent()
                ? refusal.sentence()
                : String.valueOf(refusal.getMessage());
    }
}
