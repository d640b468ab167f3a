package org.nsm4j.core.policy;

import java.util.Set;

/** How far the tokens of a path must prove who signed them, beyond the neighbour's. */
public enum PathSignatures {
    /** Not at all, as upstream: each hop checks its neighbour's alone. */
    OFF(Set.of()),
    /** Those that show their certificates must; upstream's show none, and pass. */
    SHOWN(Set.of(Rule.PATH_PROVED)),
    /** All must: no program of upstream's is on any path. */
    REQUIRED(Set.of(Rule.PATH_PROVED, Rule.PATH_SHOWN));

    private final Set<Rule> rules;

    PathSignatures(Set<Rule> rules) {
        this.rules = rules;
    }

    Set<Rule> rules() {
        return rules;
    }
}
