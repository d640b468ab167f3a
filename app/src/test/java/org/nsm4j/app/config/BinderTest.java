package org.nsm4j.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How values come together from flags, environment and file; what the settings are is in {@link SettingsTest}. */
class BinderTest {
    private static <T extends Record> T bind(Class<T> type, String... environment) {
        var variables = new LinkedHashMap<String, String>();
        for (var each : environment) {
            variables.put(each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1));
        }
        return Binder.bind(type, Sources.ofEnvironment(variables));
    }

    @Test
    void reports_every_bad_value_at_once_with_name_value_and_expectation() {
        assertThatThrownBy(() -> bind(
                        NodeSettings.class,
                        "NSM_MANAGER_PORT=65536",
                        "NSM_DIAL_TIMEOUT=5",
                        "NSM_LABELS=p2p=true",
                        "NSM_TUNNEL_IP=10.0.0.0/8",
                        "NSM_LOG_LEVEL=loud"))
                .isInstanceOfSatisfying(
                        BadSettings.class,
                        bad -> assertThat(bad.problems())
                                .containsExactly(
                                        "NSM_MANAGER_PORT: \"65536\" (expected: a number of 1–65535)",
                                        "NSM_TUNNEL_IP: \"10.0.0.0/8\" (expected: an IPv4 or IPv6 address)",
                                        "NSM_LABELS: \"p2p=true\" (expected: KEY:VALUE,KEY:VALUE…)",
                                        "NSM_DIAL_TIMEOUT: \"5\" (expected: a duration such as 10s, 750ms or 1m30s)",
                                        "NSM_LOG_LEVEL: \"loud\" (expected: one of TRACE, DEBUG, INFO, WARN, ERROR)"));
    }

    @Test
    void a_flag_goes_before_the_environment_and_that_before_the_file() {
        var environment = Map.of("NSM_NAME", "environment", "NSM_DIAL_TIMEOUT", "2s");
        var file = Map.of("name", "file", "dial-timeout", "3s", "max-token-lifetime", "4s");
        var settings =
                Binder.bind(ManagerSettings.class, new Sources(Map.of("name", "flag"), environment, file, "nsm.yaml"));
        assertThat(settings.name()).isEqualTo("flag");
        assertThat(settings.dialTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.maxTokenLifetime()).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void refuses_an_unknown_key_of_the_file_with_the_near_name() {
        var sources = new Sources(Map.of(), Map.of(), Map.of("dial-timeuot", "1s"), "nsm.yaml");
        assertThatThrownBy(() -> Binder.bind(ManagerSettings.class, sources))
                .hasMessage("nsm.yaml: dial-timeuot: no such setting; did you mean \"dial-timeout\"?");
    }

    @Test
    void warns_of_an_unknown_variable_but_not_of_those_that_upstreams_manifests_set() {
        var sources = Sources.ofEnvironment(Map.of(
                "NSM_REGISTRY_UTL", "x", "NSM_PPROF_ENABLED", "false", "NSM_NAME", "n", "HOME", "/", "NSM_ZZZ", ""));
        assertThat(Binder.warnings(ManagerSettings.class, sources))
                .containsExactly(
                        "NSM_REGISTRY_UTL: no such setting, ignored; did you mean \"NSM_REGISTRY_URL\"?",
                        "NSM_ZZZ: no such setting, ignored");
    }
}
