package org.nsm4j.core.select;

import java.util.List;
import java.util.stream.Collectors;
import org.nsm4j.core.model.Endpoint;

/**
 * Who may serve a client, and of everybody who was considered: why, or why not. What is selected with is what is
 * explained with.
 *
 * @param candidates who fits, in the rules' order, each once
 * @param verdicts one for each endpoint or forwarder that was considered
 */
public record Choice(List<Candidate> candidates, List<Verdict> verdicts) {
    public Choice {
        candidates = List.copyOf(candidates);
        verdicts = List.copyOf(verdicts);
    }

    /**
     * Somebody who fits.
     *
     * @param endpoint the endpoint or forwarder
     * @param destination which destination of the rule leads to it, from 0
     * @param weight the destination's share; 0 where none was said
     */
    public record Candidate(Endpoint endpoint, int destination, int weight) {}

    /**
     * Why somebody fits or not.
     *
     * @param endpoint the endpoint or forwarder
     * @param chosen whether it fits
     * @param why a clause that follows its name
     */
    public record Verdict(Endpoint endpoint, boolean chosen, String why) {
        @Override
        public String toString() {
            return "%s: %s".formatted(endpoint.name(), why);
        }
    }

    /** Why nobody fits, on one line and never longer than a few of them. */
    String summary() {
        if (verdicts.isEmpty()) {
            return "none is registered";
        }
        int shown = 3;
        var text = verdicts.stream().limit(shown).map(Verdict::toString).collect(Collectors.joining("; "));
        return verdicts.size() <= shown ? text : "%s; and %d more".formatted(text, verdicts.size() - shown);
    }
}
