package org.nsm4j.core.registry;

import java.util.ArrayList;
import java.util.List;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Refused;

/**
 * The hops of a registration: tokens only (wire §5.5).
 *
 * @param index the hop that is looking
 * @param tokens one for each hop
 */
public record TokenPath(int index, List<String> tokens) {
    /** No hop yet. */
    public static final TokenPath EMPTY = new TokenPath(0, List.of());

    public TokenPath {
        tokens = List.copyOf(tokens);
        if (tokens.size() > Path.LONGEST) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "registration path: %d segments (expected: at most %d)".formatted(tokens.size(), Path.LONGEST));
        }
        if (index < 0) {
            throw new Refused(
                    Refused.Reason.INVALID, "registration path index: %d (expected: 0 or more)".formatted(index));
        }
    }

    /** The same hops, seen from another. */
    public TokenPath at(int newIndex) {
        return new TokenPath(newIndex, tokens);
    }

    /** The path with one token replaced, or appended when the place is just past the end. */
    public TokenPath with(int at, String token) {
        var changed = new ArrayList<>(tokens);
        if (at == changed.size()) {
            changed.add(token);
        } else {
            changed.set(at, token);
        }
        return new TokenPath(index, changed);
    }
}
