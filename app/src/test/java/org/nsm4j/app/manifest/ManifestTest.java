package org.nsm4j.app.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nsm4j.app.admin.ConnectRequest;
import org.nsm4j.app.admin.Item;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Opaque;
import org.nsm4j.core.model.Payload;
import tools.jackson.databind.json.JsonMapper;

class ManifestTest {
    private static final String COMPOSITION = """
            apiVersion: networkservicemesh.io/v1
            kind: NetworkService
            metadata: {name: composition, namespace: ns-1, labels: {x: y}}
            spec:
              payload: ETHERNET
              matches:
                - source_selector: {app: firewall}
                  routes:
                    - destination_selector: {app: gateway}
                      weight: 3
                - fallthrough: true
                  metadata: {labels: {fast: "true"}}
            ---
            apiVersion: networkservicemesh.io/v1
            kind: NetworkServiceEndpoint
            metadata: {name: gateway-1}
            spec:
              network_service_names: [composition]
              network_service_labels: {composition: {labels: {app: gateway}}}
              url: tcp://10.0.0.1:5001
              expiration_time: {seconds: 1800000000, nanos: 5}
            """;

    private static List<String> problems(String text) {
        try {
            ManifestReader.read("vpn.yaml", text);
            return List.of();
        } catch (BadManifest e) {
            return e.problems();
        }
    }

    @Test
    void reads_upstreams_resources() {
        var items = ManifestReader.read("a.yaml", COMPOSITION).items();
        assertThat(items.getFirst())
                .isEqualTo(new Item.OfService(new NetworkService(
                        "composition",
                        Payload.ETHERNET,
                        List.of(
                                new NetworkService.Match(
                                        Map.of("app", "firewall"),
                                        List.of(new NetworkService.Destination(Map.of("app", "gateway"), 3)),
                                        false,
                                        null),
                                new NetworkService.Match(Map.of(), List.of(), true, Map.of("fast", "true"))),
                        List.of(),
                        Opaque.NONE)));
        assertThat(items.getLast()).isInstanceOfSatisfying(Item.OfEndpoint.class, item -> {
            assertThat(item.endpoint().labelsFor("composition")).isEqualTo(Map.of("app", "gateway"));
            assertThat(item.endpoint().url()).isEqualTo("tcp://10.0.0.1:5001");
            assertThat(item.endpoint().expires()).hasToString("2027-01-15T08:00:00.000000005Z");
        });
    }

    @Test
    void what_is_written_is_read_back_as_it_was() {
        var items = ManifestReader.read("a.yaml", COMPOSITION).items();
        var json = new JsonMapper().writeValueAsString(ManifestWriter.list(items));
        assertThat(ManifestReader.read("a.json", json).items()).isEqualTo(items);
    }

    @Test
    void reads_a_declared_connection() {
        var text = """
                apiVersion: nsm4j.org/v1
                kind: Connection
                metadata: {name: app-0}
                spec: {url: "kernel://vpn-gateway/nsm-1", netns: app, labels: {app: x}, timeout: 3s}
                """;
        assertThat(ManifestReader.read("a.yaml", text).items())
                .containsExactly(new Item.OfDeclaration(new ConnectRequest(
                        "app-0",
                        "kernel://vpn-gateway/nsm-1",
                        new ConnectRequest.Target.Named("app"),
                        true,
                        Map.of("app", "x"),
                        Duration.ofSeconds(3))));
    }

    @Test
    void names_every_unknown_field_and_bad_value_with_its_line() {
        assertThat(problems("""
                        apiVersion: networkservicemesh.io/v1
                        kind: NetworkService
                        metadata: {name: vpn}
                        spec:
                          payload: ip
                          matchs: []
                          matches:
                            - source_selector: app
                              routes:
                                - {destination_selector: {a: b}, weight: -1}
                              falltrough: true
                        """))
                .containsExactly(
                        "vpn.yaml:6: spec.matchs: no such field; did you mean \"matches\"?",
                        "vpn.yaml:5: spec.payload: \"ip\" (expected: IP or ETHERNET)",
                        "vpn.yaml:11: spec.matches[0].falltrough: no such field; did you mean \"fallthrough\"?",
                        "vpn.yaml:10: spec.matches[0].routes[0].weight: \"-1\" (expected: a number of 0 or more)",
                        "vpn.yaml:8: spec.matches[0].source_selector: \"app\" (expected: a map)");
    }

    @Test
    void suggests_the_kind_that_was_meant_and_the_version_that_it_has() {
        assertThat(problems("{apiVersion: v1, kind: NetworkServce, metadata: {name: a}}"))
                .singleElement()
                .asString()
                .startsWith("vpn.yaml:1: kind: \"NetworkServce\"")
                .endsWith("did you mean \"NetworkService\"?");
        assertThat(problems("{apiVersion: v1, kind: NetworkService, metadata: {name: a}}"))
                .containsExactly("vpn.yaml:1: apiVersion: \"v1\" (expected: networkservicemesh.io/v1)");
    }

    @Test
    void refuses_text_that_is_no_yaml_a_name_that_is_none_and_nothing_at_all() {
        assertThat(problems("a: [b\nc: d\n")).singleElement().asString().startsWith("vpn.yaml:");
        assertThat(problems("{apiVersion: networkservicemesh.io/v1, kind: NetworkService}"))
                .singleElement()
                .asString()
                .startsWith("vpn.yaml:1: spec.name: \"\"");
        assertThatThrownBy(() -> ManifestReader.read("stdin", "# nothing\n"))
                .hasMessageStartingWith("stdin:1: no resource");
    }

    @Test
    void refuses_a_field_that_is_given_twice() {
        assertThat(problems("""
                        apiVersion: networkservicemesh.io/v1
                        kind: NetworkService
                        metadata: {name: vpn}
                        spec: {payload: IP}
                        kind: NetworkService
                        """)).isNotEmpty();
    }

    @Test
    void warns_of_a_rule_that_an_earlier_one_hides() {
        var hidden = """
                apiVersion: networkservicemesh.io/v1
                kind: NetworkService
                metadata: {name: vpn}
                spec:
                  matches:
                    - routes: [{destination_selector: {app: a}}]
                    - source_selector: {app: x}
                      routes: [{destination_selector: {app: b}}]
                """;
        assertThat(ManifestReader.read("vpn.yaml", hidden).warnings())
                .containsExactly(
                        "vpn.yaml:5: rule 2 can never apply: whoever fits app=x fits anything, and rule 1 decides first"
                                + " (expected: the narrower rule first, or fallthrough in rule 1)");
        assertThat(ManifestReader.read(
                                "a",
                                hidden.replace("- routes: [{destination_selector: {app: a}}]", "- {fallthrough: true}"))
                        .warnings())
                .isEmpty();
    }
}
