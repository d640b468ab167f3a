package org.nsm4j.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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
                        "NSM_LABELS=p2p",
                        "NSM_TUNNEL_IP=10.0.0.0/8",
                        "NSM_LOG_LEVEL=loud"))
                .isInstanceOfSatisfying(
                        BadSettings.class,
                        bad -> assertThat(bad.problems())
                                .containsExactly(
                                        "NSM_MANAGER_PORT: \"65536\" (expected: a number of 1–65535)",
                                        "NSM_TUNNEL_IP: \"10.0.0.0/8\" (expected: an IPv4 or IPv6 address)",
                                        "NSM_LABELS: \"p2p\" (expected: KEY:VALUE,KEY:VALUE…)",
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
    void warns_of_an_unknown_variable_with_the_near_name() {
        var sources =
                Sources.ofEnvironment(Map.of("NSM_REGISTRY_UTL", "x", "NSM_NAME", "n", "HOME", "/", "NSM_ZZZ", ""));
        assertThat(Binder.warnings(ManagerSettings.class, sources))
                .containsExactly(
                        "NSM_REGISTRY_UTL: no such setting, ignored; did you mean \"NSM_REGISTRY_URL\"?",
                        "NSM_ZZZ: no such setting, ignored");
    }

    @Test
    void says_why_nothing_comes_of_a_variable_of_upstreams_but_only_where_it_asks_for_something() {
        assertThat(Binder.warnings(
                        ForwarderSettings.class,
                        Sources.ofEnvironment(Map.of(
                                "NSM_PPROF_ENABLED", "true",
                                "NSM_BRIDGE_NAME", "br-tun",
                                "NSM_VPP_INIT", "AF_XDP",
                                "NSM_PROMETHEUS_LISTEN_ON", ":8081",
                                "TELEMETRY", "true"))))
                .containsExactly(
                        "NSM_BRIDGE_NAME: does nothing here: there is no bridge in the middle of a wire",
                        "NSM_PPROF_ENABLED: does nothing here: Go's profiler; ask this JVM by jcmd PID",
                        "NSM_VPP_INIT: does nothing here: there is no VPP; the kernel forwards",
                        "TELEMETRY: does nothing here: no OTLP is sent; see NSM_PROMETHEUS_LISTEN_ON");
        assertThat(Binder.warnings(
                        ForwarderSettings.class,
                        Sources.ofEnvironment(
                                Map.of("NSM_PPROF_ENABLED", "false", "NSM_BRIDGE_NAME", "br-nsm", "NSM_VPP_INIT", ""))))
                .isEmpty();
    }

    /** Upstream's programs, and the variables that each of them reads. */
    @ParameterizedTest
    @MethodSource
    void every_variable_of_upstreams_is_known(Class<? extends Record> role, String variables) {
        for (var variable : variables.split(" ")) {
            var sources = Sources.ofEnvironment(Map.of(variable, "something"));
            assertThat(Binder.warnings(role, sources)).as(variable).noneMatch(text -> text.contains("no such setting"));
        }
    }

    static List<Arguments> every_variable_of_upstreams_is_known() {
        var common = "NSM_MAX_TOKEN_LIFETIME NSM_LOG_LEVEL NSM_OPEN_TELEMETRY_ENDPOINT NSM_METRICS_EXPORT_INTERVAL"
                + " NSM_PPROF_ENABLED NSM_PPROF_LISTEN_ON SPIFFE_ENDPOINT_SOCKET TELEMETRY ";
        return List.of(
                Arguments.of(
                        ManagerSettings.class,
                        common
                                + "NSM_NAME NSM_LISTEN_ON NSM_REGISTRY_URL NSM_DIAL_TIMEOUT NSM_REGISTRY_SERVER_POLICIES"
                                + " NSM_REGISTRY_CLIENT_POLICIES NSM_FORWARDER_NETWORK_SERVICE_NAME"),
                Arguments.of(
                        RegistrySettings.class,
                        common
                                + "NSM_LISTEN_ON NSM_REGISTRY_SERVER_POLICIES NSM_REGISTRY_CLIENT_POLICIES"
                                + " NSM_PROXY_REGISTRY_URL NSM_EXPIRE_PERIOD NSM_NAMESPACE NSM_KUBELET_QPS"),
                Arguments.of(
                        ClientSettings.class,
                        common
                                + "NSM_NAME NSM_CONNECT_TO NSM_DIAL_TIMEOUT NSM_REQUEST_TIMEOUT NSM_LABELS NSM_MECHANISM"
                                + " NSM_NETWORK_SERVICES NSM_AWARENESS_GROUPS NSM_LOCAL_DNS_SERVER_ENABLED"
                                + " NSM_LOCAL_DNS_SERVER_ADDRESS NSM_LIVENESS_CHECK_ENABLED NSM_LIVENESS_CHECK_INTERVAL"
                                + " NSM_LIVENESS_CHECK_TIMEOUT NSM_SRIOV_TOKENS_worker"),
                Arguments.of(
                        ResponderSettings.class,
                        common
                                + "NSM_NAME NSM_BASE_DIR NSM_CONNECT_TO NSM_REGISTRY_CLIENT_POLICIES NSM_IPAM_POLICY"
                                + " NSM_SERVICE_NAMES NSM_PAYLOAD NSM_LABELS NSM_DNS_CONFIGS NSM_CIDR_PREFIX"
                                + " NSM_IDLE_TIMEOUT NSM_REGISTER_SERVICE NSM_UNREGISTER_ITSELF NSM_PBR_CONFIG_PATH"),
                Arguments.of(
                        ForwarderSettings.class,
                        common
                                + "NSM_NAME NSM_LABELS NSM_NSNAME NSM_CONNECT_TO NSM_LISTEN_ON NSM_DIAL_TIMEOUT"
                                + " NSM_REGISTRY_CLIENT_POLICIES NSM_TUNNEL_IP NSM_VXLAN_PORT NSM_BRIDGE_NAME"
                                + " NSM_MECHANISM_PRIORITY NSM_VPP_API_SOCKET NSM_VPP_INIT NSM_VPP_INIT_PARAMS"
                                + " NSM_VPP_MIN_OPERATION_TIMEOUT NSM_DEVICE_SELECTOR_FILE NSM_L2_RESOURCE_SELECTOR_FILE"
                                + " NSM_SRIOV_CONFIG_FILE NSM_RESOURCE_POLL_TIMEOUT NSM_DEVICE_PLUGIN_PATH"
                                + " NSM_POD_RESOURCES_PATH NSM_PCI_DEVICES_PATH NSM_PCI_DRIVERS_PATH NSM_CGROUP_PATH"
                                + " NSM_VFIO_PATH NSM_PROMETHEUS_LISTEN_ON NSM_PROMETHEUS_CA_FILE"
                                + " PROMETHEUS_METRICS_PREFIX"));
    }
}
