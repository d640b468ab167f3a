package org.nsm4j.core.address;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Refused;

/**
 * What an endpoint hands addresses out of: from each group one pair, from a group's first prefix that has room
 * (behaviour N-3). One group of IPv4 and one of IPv6 make a dual stack.
 *
 * @param groups at least one, none of them empty, no two prefixes overlapping
 */
public record PrefixGroups(List<List<Cidr>> groups) {
    public PrefixGroups {
        groups = groups.stream().map(List::copyOf).toList();
        if (groups.isEmpty() || groups.stream().anyMatch(List::isEmpty)) {
            throw new Refused(Refused.Reason.INVALID, "prefixes: none (expected: at least one, such as 172.16.1.0/24)");
        }
        var seen = new ArrayList<Cidr>();
        for (var group : groups) {
            for (var prefix : group) {
                for (var other : seen) {
                    if (other.overlaps(prefix)) {
                        throw new Refused(
                                Refused.Reason.INVALID,
                                "prefix: %s overlaps %s (expected: prefixes that share no address)"
                                        .formatted(prefix, other));
                    }
                }
                seen.add(prefix);
            }
        }
    }

    /**
     * Reads {@code 172.16.1.0/24,fd00::/64} (two groups) or {@code [172.16.1.0/24,172.16.2.0/24]} (one group).
     *
     * @throws Refused with {@link Refused.Reason#INVALID} for anything else
     */
    public static PrefixGroups parse(String text) {
        var groups = new ArrayList<List<Cidr>>();
        @Nullable List<Cidr> open = null;
        for (var part : text.split(",", -1)) {
            var item = part.strip();
            boolean opens = item.startsWith("[");
            boolean closes = item.endsWith("]");
            if ((opens && open != null) || (closes && !opens && open == null)) {
                throw unbalanced(text);
            }
            var prefix = Cidr.parse(item.substring(opens ? 1 : 0, item.length() - (closes ? 1 : 0)));
            if (opens) {
                open = new ArrayList<>();
                groups.add(open);
            }
            if (open != null) {
                open.add(prefix);
            } else {
                groups.add(List.of(prefix));
            }
            if (closes) {
                open = null;
            }
        }
        if (open != null) {
            throw unbalanced(text);
        }
        return new PrefixGroups(groups);
    }

    private static Refused unbalanced(String text) {
        return new Refused(
                Refused.Reason.INVALID,
                "prefixes: \"%s\" (expected: PREFIX or [PREFIX,PREFIX], with commas)".formatted(text));
    }
}
