package org.nsm4j.linux.nft;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A rule: if all conditions hold, the verdict.
 *
 * @param comment what it is for, and how {@link Nftables#rules} tells whose it is; at most 127 bytes, may be empty
 * @param matches all must hold; none means every packet
 * @param verdict what becomes of the packet
 */
public record FilterRule(String comment, List<Match> matches, Verdict verdict) {
    public FilterRule {
        matches = List.copyOf(matches);
        if (comment.getBytes(StandardCharsets.UTF_8).length > 127) {
            throw new IllegalArgumentException("comment: %s (expected: at most 127 bytes)".formatted(comment));
        }
    }

    /** A rule with a comment. */
    public static FilterRule of(String comment, Verdict verdict, Match... matches) {
        return new FilterRule(comment, List.of(matches), verdict);
    }
}
