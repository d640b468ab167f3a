package org.nsm4j.core.policy;

/**
 * What one rule says.
 *
 * @param rule the rule's name
 * @param allowed whether it has no objection
 * @param reason on which facts it refused, and what would have been accepted; empty when allowed; holds no token
 */
public record Verdict(String rule, boolean allowed, String reason) {
    static Verdict allow(Rule rule) {
        return new Verdict(rule.title(), true, "");
    }

    static Verdict refuse(Rule rule, String reason) {
        return new Verdict(rule.title(), false, reason);
    }
}
