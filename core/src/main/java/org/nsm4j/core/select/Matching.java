package org.nsm4j.core.select;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;

/**
 * Evaluates a network service's rules: the first rule whose source selector fits the client decides, unless it falls
 * through because nobody fits (behaviour D-3 to D-6, wire §3.9).
 *
 * <p>Threads: pure functions.
 */
public final class Matching {
    /** What a forwarder must carry where the rule does not say it. */
    private static final Map<String, String> POINT_TO_POINT = Map.of("p2p", "true");

    private Matching() {}

    /**
     * Which endpoints may serve a client.
     *
     * @param client the client's labels
     * @param endpoints those that provide the service
     * @param now endpoints whose registration ended before are left out
     */
    public static Choice endpoints(
            NetworkService service, Map<String, String> client, List<Endpoint> endpoints, Instant now) {
        var verdicts = new Verdicts(endpoints);
        var alive = new ArrayList<Endpoint>();
        for (var endpoint : endpoints) {
            if (endpoint.isExpired(now)) {
                verdicts.no(endpoint, "its registration ended at " + endpoint.expires());
            } else {
                alive.add(endpoint);
            }
        }
        if (service.matches().isEmpty()) {
            return verdicts.choose(all(alive), "the service has no rules");
        }
        boolean applied = false;
        for (int rule = 0; rule < service.matches().size(); rule++) {
            var match = service.matches().get(rule);
            if (!LabelSelector.fits(match.source(), client, client)) {
                continue;
            }
            applied = true;
            if (match.forwarderLabels() != null && match.routes().isEmpty()) {
                return verdicts.choose(all(alive), "rule %d names forwarders only".formatted(rule + 1));
            }
            var found = destinations(service.name(), match, client, alive, verdicts, rule);
            if (!found.isEmpty() || !match.fallsThrough()) {
                return verdicts.choose(found, "rule %d leads to it".formatted(rule + 1));
            }
        }
        if (!applied) {
            alive.forEach(endpoint -> verdicts.no(endpoint, "no rule of the service applies to this client's labels"));
        }
        return verdicts.choose(List.of(), "");
    }

    private static List<Choice.Candidate> destinations(
            String service,
            NetworkService.Match match,
            Map<String, String> client,
            List<Endpoint> alive,
            Verdicts verdicts,
            int rule) {
        var found = new LinkedHashMap<String, Choice.Candidate>();
        for (int i = 0; i < match.routes().size(); i++) {
            var destination = match.routes().get(i);
            for (var endpoint : alive) {
                if (LabelSelector.fits(destination.selector(), endpoint.labelsFor(service), client)) {
                    found.putIfAbsent(endpoint.name(), new Choice.Candidate(endpoint, i, destination.weight()));
                } else {
                    verdicts.no(
                            endpoint,
                            "rule %d wants %s, it has %s"
                                    .formatted(
                                            rule + 1,
                                            LabelSelector.describe(destination.selector(), client),
                                            LabelSelector.describe(endpoint.labelsFor(service), Map.of())));
                }
            }
        }
        if (match.routes().isEmpty()) {
            alive.forEach(endpoint -> verdicts.no(endpoint, "rule %d leads nowhere".formatted(rule + 1)));
        }
        return List.copyOf(found.values());
    }

    /**
     * Which forwarders may serve a client.
     *
     * @param service the service that is asked for
     * @param client the client's labels
     * @param forwarders those of this node
     * @param forwarderService the service that forwarders provide, by which their labels are kept
     */
    public static Choice forwarders(
            NetworkService service, Map<String, String> client, List<Endpoint> forwarders, String forwarderService) {
        var verdicts = new Verdicts(forwarders);
        if (service.matches().isEmpty()) {
            return verdicts.choose(all(forwarders), "the service has no rules");
        }
        for (var match : service.matches()) {
            if (!LabelSelector.fits(match.source(), client, client)) {
                continue;
            }
            var said = match.forwarderLabels();
            var wanted = said == null || said.isEmpty() ? POINT_TO_POINT : said;
            var fitting = new ArrayList<Endpoint>();
            for (var forwarder : forwarders) {
                if (LabelSelector.fits(wanted, forwarder.labelsFor(forwarderService), client)) {
                    fitting.add(forwarder);
                } else {
                    verdicts.no(forwarder, "the service wants " + LabelSelector.describe(wanted, client));
                }
            }
            if (!fitting.isEmpty() || !match.fallsThrough()) {
                return verdicts.choose(all(fitting), "it has " + LabelSelector.describe(wanted, client));
            }
        }
        forwarders.forEach(each -> verdicts.no(each, "no rule of the service applies to this client's labels"));
        return verdicts.choose(List.of(), "");
    }

    private static List<Choice.Candidate> all(List<Endpoint> endpoints) {
        return endpoints.stream()
                .map(endpoint -> new Choice.Candidate(endpoint, 0, 0))
                .toList();
    }

    /** The first reason against each endpoint, until it is chosen after all. */
    private static final class Verdicts {
        private final Map<String, Choice.Verdict> byName = new LinkedHashMap<>();
        private final List<Endpoint> considered;

        Verdicts(List<Endpoint> considered) {
            this.considered = considered;
        }

        void no(Endpoint endpoint, String why) {
            byName.putIfAbsent(endpoint.name(), new Choice.Verdict(endpoint, false, why));
        }

        Choice choose(List<Choice.Candidate> candidates, String why) {
            for (var candidate : candidates) {
                byName.put(candidate.endpoint().name(), new Choice.Verdict(candidate.endpoint(), true, why));
            }
            considered.forEach(endpoint -> no(endpoint, "an earlier rule decided"));
            var inOrder = considered.stream()
                    .map(endpoint -> byName.get(endpoint.name()))
                    .distinct()
                    .toList();
            return new Choice(candidates, inOrder);
        }
    }
}
