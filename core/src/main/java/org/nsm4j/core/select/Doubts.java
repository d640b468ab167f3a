package org.nsm4j.core.select;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NearName;
import org.nsm4j.core.model.NetworkService;

/**
 * What looks wrong in a network service's rules: those that can never apply, lead nowhere, lead back to themselves, or
 * name labels that no endpoint carries. A service is accepted all the same, for what is missing may come later.
 *
 * <p>Threads: a value for one service; pure functions.
 */
public final class Doubts {
    /** The label by which an endpoint announces that it asks for the service in turn, as part of a chain. */
    public static final String PASSTHROUGH = "nsm4j.org/passthrough";

    private final NetworkService service;
    private final List<NetworkService.Match> rules;
    private final List<Endpoint> endpoints;

    private Doubts(NetworkService service, List<Endpoint> endpoints) {
        this.service = service;
        this.rules = service.matches();
        this.endpoints = endpoints;
    }

    /**
     * What is doubtful, one sentence each, in the order of the rules.
     *
     * @param endpoints those that provide the service now
     */
    public static List<String> about(NetworkService service, List<Endpoint> endpoints) {
        return new Doubts(service, endpoints).all();
    }

    /** As {@link #about}, without a look at who is registered. */
    public static List<String> ofRules(NetworkService service) {
        return new Doubts(service, List.of()).ofRules();
    }

    private List<String> ofRules() {
        var doubts = new ArrayList<String>();
        for (int i = 0; i < rules.size(); i++) {
            neverApplies(i).ifPresent(doubts::add);
            leadsNowhere(i).ifPresent(doubts::add);
        }
        doubts.addAll(loops());
        return doubts;
    }

    private List<String> all() {
        var doubts = ofRules();
        for (int i = 0; i < rules.size(); i++) {
            doubts.addAll(leadsToNobody(i));
        }
        return List.copyOf(doubts);
    }

    private Optional<String> neverApplies(int at) {
        var source = rules.get(at).source();
        for (int i = 0; i < at; i++) {
            var earlier = rules.get(i);
            if (!earlier.fallsThrough() && contains(source, earlier.source())) {
                return Optional.of(
                        "rule %d can never apply: whoever fits %s fits %s, and rule %d decides first (expected: "
                                        .formatted(at + 1, describe(source), describe(earlier.source()), i + 1)
                                + "the narrower rule first, or fallthrough in rule %d)".formatted(i + 1));
            }
        }
        return Optional.empty();
    }

    private Optional<String> leadsNowhere(int at) {
        var rule = rules.get(at);
        return rule.routes().isEmpty() && rule.forwarderLabels() == null && !rule.fallsThrough()
                ? Optional.of("rule %d leads nowhere: it has neither routes nor metadata (expected: at least one route)"
                        .formatted(at + 1))
                : Optional.empty();
    }

    private List<String> leadsToNobody(int at) {
        var doubts = new ArrayList<String>();
        for (var route : rules.get(at).routes()) {
            route.selector()
                    .forEach((key, value) -> unknown(key, value)
                            .ifPresent(why ->
                                    doubts.add("rule %d wants %s=%s, which %s".formatted(at + 1, key, value, why))));
        }
        return doubts;
    }

    /** Why a label that a rule wants may be unknown; templates are filled in by clients that are not here yet. */
    private Optional<String> unknown(String key, String value) {
        if (value.contains("{{")) {
            return Optional.empty();
        }
        var values = new TreeSet<String>();
        var keys = new TreeSet<String>();
        for (var endpoint : endpoints) {
            var labels = endpoint.labelsFor(service.name());
            keys.addAll(labels.keySet());
            Optional.ofNullable(labels.get(key)).ifPresent(values::add);
        }
        if (values.contains(value)) {
            return Optional.empty();
        }
        var known = values.isEmpty() ? hint(key, keys) : hint(value, values);
        return Optional.of("no endpoint of the service carries now" + known);
    }

    private static String hint(String text, Collection<String> known) {
        var near = NearName.hint(text, known);
        return near.isEmpty() ? "" : " (%s)".formatted(near.substring("; ".length()));
    }

    /**
     * Where a function that was reached by a rule asks again under its own labels, and comes to where it came from. Rules
     * for everybody count only where such a function is registered: what ends a chain asks for nothing.
     */
    private Collection<String> loops() {
        var loops = new LinkedHashSet<String>();
        for (int start = 0; start < rules.size(); start++) {
            for (var route : rules.get(start).routes()) {
                walk(route.selector(), new ArrayList<>(), loops);
            }
        }
        return loops;
    }

    private void walk(Map<String, String> labels, List<Map<String, String>> walked, Collection<String> loops) {
        int seen = walked.indexOf(labels);
        if (seen >= 0) {
            loops.add(loop(walked.subList(seen, walked.size())));
            return;
        }
        var next = follower(labels);
        if (next.isPresent()) {
            var further = new ArrayList<>(walked);
            further.add(labels);
            next.get().routes().forEach(route -> walk(route.selector(), further, loops));
        }
    }

    /** The rule that applies to what carries these labels, if it is sure that it will ask. */
    private Optional<NetworkService.Match> follower(Map<String, String> labels) {
        if (labels.isEmpty()) {
            return Optional.empty(); // whoever it is; at run time nobody is asked twice
        }
        return rules.stream()
                .filter(rule -> contains(labels, rule.source()))
                .findFirst()
                .filter(rule -> !rule.source().isEmpty() || asksAgain(labels));
    }

    private boolean asksAgain(Map<String, String> labels) {
        return endpoints.stream()
                .map(endpoint -> endpoint.labelsFor(service.name()))
                .anyMatch(each -> each.containsKey(PASSTHROUGH) && contains(each, labels));
    }

    /** One sentence for a loop, the same wherever one starts to walk it. */
    private static String loop(List<Map<String, String>> steps) {
        var names = steps.stream().map(Doubts::describe).collect(Collectors.toCollection(ArrayList::new));
        int first = names.indexOf(new TreeSet<>(names).first());
        java.util.Collections.rotate(names, -first);
        names.add(names.getFirst());
        return "its rules lead back to where they came from: %s (expected: a chain that ends)"
                .formatted(String.join(" → ", names));
    }

    private static boolean contains(Map<String, String> labels, Map<String, String> wanted) {
        return labels.entrySet().containsAll(wanted.entrySet());
    }

    private static String describe(Map<String, String> selector) {
        return LabelSelector.describe(selector, Map.of()).replace("<no value>", "{{…}}");
    }
}
