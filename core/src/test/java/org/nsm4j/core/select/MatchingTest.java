package org.nsm4j.core.select;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.NetworkService.Destination;
import org.nsm4j.core.model.NetworkService.Match;
import org.nsm4j.core.model.Opaque;
import org.nsm4j.core.model.Payload;

class MatchingTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private static NetworkService service(Match... rules) {
        return new NetworkService("vpn", Payload.IP, List.of(rules), List.of(), Opaque.NONE);
    }

    @SafeVarargs
    private static Match rule(Map<String, String> source, boolean fallsThrough, Map<String, String>... destinations) {
        return new Match(
                source,
                List.of(destinations).stream()
                        .map(each -> new Destination(each, 0))
                        .toList(),
                fallsThrough,
                null);
    }

    private static Endpoint endpoint(String name, Map<String, String> labels) {
        return Endpoint.named(name).providing(List.of("vpn")).withLabels(Map.of("vpn", labels));
    }

    private static List<String> chosen(NetworkService service, Map<String, String> client, Endpoint... endpoints) {
        return Matching.endpoints(service, client, List.of(endpoints), NOW).candidates().stream()
                .map(candidate -> candidate.endpoint().name())
                .toList();
    }

    private final Endpoint red = endpoint("red", Map.of("color", "red", "app", "vpn"));
    private final Endpoint blue = endpoint("blue", Map.of("color", "blue", "app", "vpn"));

    @Test
    void chooses_everybody_where_the_service_has_no_rules() {
        assertThat(chosen(service(), Map.of(), red, blue)).containsExactly("red", "blue");
    }

    @Test
    void follows_the_first_rule_that_applies_even_to_nobody() {
        var first = rule(Map.of(), false, Map.of("color", "green"));
        var second = rule(Map.of(), false, Map.of("color", "red"));
        assertThat(chosen(service(first, second), Map.of("a", "b"), red)).isEmpty();
        assertThat(chosen(service(second, first), Map.of("a", "b"), red)).containsExactly("red");
    }

    @Test
    void skips_rules_for_other_clients() {
        var forApp = rule(Map.of("app", "mail"), false, Map.of("color", "red"));
        var forAll = rule(Map.of(), false, Map.of("color", "blue"));
        assertThat(chosen(service(forApp, forAll), Map.of("app", "mail"), red, blue))
                .containsExactly("red");
        assertThat(chosen(service(forApp, forAll), Map.of(), red, blue)).containsExactly("blue");
        assertThat(chosen(service(forApp), Map.of(), red, blue)).isEmpty();
    }

    @Test
    void falls_through_only_where_nobody_fits() {
        var local = rule(Map.of(), true, Map.of("node", "{{.nodeName}}"));
        var supplier = rule(Map.of(), false, Map.of("app", "supplier"));
        var here = endpoint("here", Map.of("node", "n1"));
        var maker = endpoint("maker", Map.of("app", "supplier"));
        assertThat(chosen(service(local, supplier), Map.of("nodeName", "n1"), here, maker))
                .containsExactly("here");
        assertThat(chosen(service(local, supplier), Map.of("nodeName", "n2"), here, maker))
                .containsExactly("maker");
    }

    @Test
    void tries_destinations_in_order_and_names_everybody_once() {
        var rule = rule(Map.of(), false, Map.of("color", "blue"), Map.of("app", "vpn"));
        assertThat(chosen(service(rule), Map.of(), red, blue)).containsExactly("blue", "red");
    }

    @Test
    void chooses_everybody_where_a_rule_names_forwarders_only() {
        var rule = new Match(Map.of(), List.of(), false, Map.of("p2mp", "true"));
        assertThat(chosen(service(rule), Map.of(), red, blue)).containsExactly("red", "blue");
        assertThat(chosen(service(rule(Map.of(), false)), Map.of(), red, blue)).isEmpty();
    }

    @Test
    void leaves_out_what_has_expired() {
        assertThat(chosen(service(), Map.of(), red.until(NOW), blue.until(NOW.plusSeconds(1))))
                .containsExactly("blue");
    }

    @Test
    void takes_labels_of_this_service_only() {
        var elsewhere =
                Endpoint.named("x").providing(List.of("vpn")).withLabels(Map.of("other", Map.of("color", "red")));
        assertThat(chosen(service(rule(Map.of(), false, Map.of("color", "red"))), Map.of(), elsewhere))
                .isEmpty();
    }

    @Test
    void says_of_everybody_why_it_was_chosen_or_not() {
        var rule = rule(Map.of(), false, Map.of("color", "{{.want}}"));
        var old = endpoint("old", Map.of("color", "red")).until(NOW);
        var choice = Matching.endpoints(service(rule), Map.of("want", "red"), List.of(red, blue, old), NOW);
        assertThat(choice.verdicts().stream().map(Choice.Verdict::toString))
                .containsExactly(
                        "red: rule 1 leads to it",
                        "blue: rule 1 wants color=red, it has app=vpn,color=blue",
                        "old: its registration ended at 2030-01-01T00:00:00Z");
    }

    @Test
    void wants_point_to_point_forwarders_unless_the_service_says_otherwise() {
        var p2p = Endpoint.named("p2p").withLabels(Map.of("forwarder", Map.of("p2p", "true")));
        var p2mp = Endpoint.named("p2mp").withLabels(Map.of("forwarder", Map.of("p2mp", "true")));
        var both = List.of(p2p, p2mp);
        assertThat(forwarders(service(), both)).containsExactly("p2p", "p2mp");
        assertThat(forwarders(service(rule(Map.of(), false)), both)).containsExactly("p2p");
        var said = new Match(Map.of(), List.of(), false, Map.of("p2mp", "true"));
        assertThat(forwarders(service(said), both)).containsExactly("p2mp");
        var fast = new Match(Map.of(), List.of(), true, Map.of("fast", "true"));
        assertThat(forwarders(service(fast, said), both)).containsExactly("p2mp");
        assertThat(forwarders(service(fast), both)).isEmpty();
    }

    private static List<String> forwarders(NetworkService service, List<Endpoint> forwarders) {
        return Matching.forwarders(service, Map.of(), forwarders, "forwarder").candidates().stream()
                .map(candidate -> candidate.endpoint().name())
                .toList();
    }
}
