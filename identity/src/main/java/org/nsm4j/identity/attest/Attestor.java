package org.nsm4j.identity.attest;

import java.util.List;
import java.util.function.Supplier;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;

/** Says which identity a caller has: the first rule that fits what is known of its process. */
public final class Attestor {
    private final String trustDomain;
    private final WorkloadReader reader;
    private final Supplier<List<Rule>> rules;

    /**
     * @param trustDomain of the identities
     * @param rules asked anew for each caller, as {@link RuleFile#rules} answers
     */
    public Attestor(String trustDomain, Supplier<List<Rule>> rules) {
        this(trustDomain, new WorkloadReader(), rules);
    }

    Attestor(String trustDomain, WorkloadReader reader, Supplier<List<Rule>> rules) {
        this.trustDomain = trustDomain;
        this.reader = reader;
        this.rules = rules;
    }

    /**
     * Identifies a caller.
     *
     * @throws Refused NOT_AUTHORIZED where its process cannot be told, or no rule fits: with the facts that a rule would
     *     have to match
     */
    public SpiffeId identify(Peer peer) {
        var workload = reader.read(peer);
        for (var rule : rules.get()) {
            if (rule.match().fits(workload)) {
                return rule.identity(trustDomain, workload);
            }
        }
        throw new Refused(
                Refused.Reason.NOT_AUTHORIZED,
                "workload: no rule of identity.yaml fits %s (expected: a rule whose selectors all fit)"
                        .formatted(workload.describe()));
    }
}
