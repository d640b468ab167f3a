package org.nsm4j.core.select;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Opaque;
import org.nsm4j.core.model.Payload;

class DoubtsTest {
    private static NetworkService service(NetworkService.Match... matches) {
        return new NetworkService("secure", Payload.IP, List.of(matches), List.of(), Opaque.NONE);
    }

    @SafeVarargs
    private static NetworkService.Match rule(Map<String, String> source, Map<String, String>... destinations) {
        return new NetworkService.Match(
                source,
                Stream.of(destinations)
                        .map(each -> new NetworkService.Destination(each, 0))
                        .toList(),
                false,
                null);
    }

    private static Map<String, String> app(String name) {
        return Map.of("app", name);
    }

    private static Endpoint endpoint(String name, Map<String, String> labels) {
        return Endpoint.named(name).providing(List.of("secure")).withLabels(Map.of("secure", labels));
    }

    private static final Endpoint GATEWAY = endpoint("gw", app("gateway"));
    private static final Endpoint FIREWALL = endpoint("fw", Map.of("app", "firewall", Doubts.PASSTHROUGH, "true"));

    @Test
    void a_chain_as_it_should_be_raises_none() {
        var chain = service(rule(app("firewall"), app("gateway")), rule(Map.of(), app("firewall")));
        assertThat(Doubts.about(chain, List.of(FIREWALL, GATEWAY))).isEmpty();
    }

    @Test
    void a_rule_behind_one_that_fits_everybody_can_never_apply() {
        var hidden = service(rule(Map.of(), app("firewall")), rule(app("firewall"), app("gateway")));
        assertThat(Doubts.about(hidden, List.of(GATEWAY, endpoint("fw", app("firewall")))))
                .singleElement()
                .asString()
                .startsWith(
                        "rule 2 can never apply: whoever fits app=firewall fits anything, and rule 1 decides first");
    }

    @Test
    void a_label_that_nobody_carries_is_named_with_the_one_that_was_meant() {
        var typed = service(rule(Map.of(), app("fierwall"), Map.of("zone", "{{.zone}}")));
        assertThat(Doubts.about(typed, List.of(FIREWALL, GATEWAY)))
                .containsExactly("rule 1 wants app=fierwall, which no endpoint of the service carries now"
                        + " (did you mean \"firewall\"?)");
    }

    @Test
    void rules_that_lead_back_to_where_they_came_from_are_a_loop_that_is_printed() {
        var loop = service(
                rule(app("a"), app("b")), rule(app("b"), app("c")), rule(app("c"), app("a")), rule(Map.of(), app("a")));
        assertThat(Doubts.ofRules(loop))
                .containsExactly("its rules lead back to where they came from: app=a → app=b → app=c → app=a"
                        + " (expected: a chain that ends)");
    }

    @Test
    void a_rule_for_everybody_loops_only_where_it_leads_to_a_function_that_asks_on() {
        var all = service(rule(Map.of(), app("firewall")));
        assertThat(Doubts.about(all, List.of(endpoint("end", app("firewall"))))).isEmpty();
        assertThat(Doubts.about(all, List.of(FIREWALL)))
                .containsExactly("its rules lead back to where they came from: app=firewall → app=firewall"
                        + " (expected: a chain that ends)");
    }

    @Test
    void a_rule_without_destinations_leads_nowhere_unless_it_names_forwarders_or_falls_through() {
        assertThat(Doubts.ofRules(service(rule(Map.of()))))
                .singleElement()
                .asString()
                .contains("rule 1 leads nowhere");
        assertThat(Doubts.ofRules(service(new NetworkService.Match(Map.of(), List.of(), false, Map.of("a", "b")))))
                .isEmpty();
        assertThat(Doubts.ofRules(service(new NetworkService.Match(Map.of(), List.of(), true, null))))
                .isEmpty();
    }
}
