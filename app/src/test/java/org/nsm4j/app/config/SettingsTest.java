package org.nsm4j.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.policy.PolicySet;

/** The reference page: every setting with its default, and with a value read from the environment. */
class SettingsTest {
    static final Url MANAGER = Url.parse("unix:///var/lib/networkservicemesh/nsm.io.sock");
    static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    static <T extends Record> T bind(Class<T> type, String... environment) {
        var variables = new LinkedHashMap<String, String>();
        for (var each : environment) {
            variables.put(each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1));
        }
        return Binder.bind(type, Sources.ofEnvironment(variables));
    }

    @Test
    void manager() {
        assertThat(bind(ManagerSettings.class))
                .isEqualTo(new ManagerSettings(
                        "nmgr",
                        List.of(MANAGER),
                        Optional.of(Url.parse("tcp://localhost:5001")),
                        TEN_MINUTES,
                        Duration.ofMillis(750),
                        "forwarder",
                        PolicySet.REGISTRY_SERVER,
                        PolicySet.REGISTRY_CLIENT,
                        Path.of("/var/lib/networkservicemesh/config/excluded_prefixes.yaml"),
                        Optional.empty(),
                        Optional.empty(),
                        bind(TrustSettings.class),
                        LogLevel.INFO));
        assertThat(bind(
                        ManagerSettings.class,
                        "NSM_NAME=nsmgr-1",
                        "NSM_LISTEN_ON=unix:///a.sock,tcp://10.0.0.1:5001",
                        "NSM_REGISTRY_URL=registry:5002",
                        "NSM_MAX_TOKEN_LIFETIME=1h",
                        "NSM_DIAL_TIMEOUT=50ms",
                        "NSM_FORWARDER_NETWORK_SERVICE_NAME=fwd",
                        "NSM_REGISTRY_SERVER_POLICIES=etc/nsm/opa/common/.*.rego",
                        "NSM_REGISTRY_CLIENT_POLICIES=",
                        "NSM_EXCLUDED_PREFIXES_FILE=/p.yaml",
                        "SPIFFE_ENDPOINT_SOCKET=unix:///run/spire/sockets/agent.sock",
                        "NSM_PROMETHEUS_LISTEN_ON=:8081",
                        "NSM_LOG_LEVEL=trace"))
                .isEqualTo(new ManagerSettings(
                        "nsmgr-1",
                        List.of(Url.parse("unix:///a.sock"), Url.parse("tcp://10.0.0.1:5001")),
                        Optional.of(Url.parse("registry:5002")),
                        Duration.ofHours(1),
                        Duration.ofMillis(50),
                        "fwd",
                        List.of("etc/nsm/opa/common/.*.rego"),
                        List.of(),
                        Path.of("/p.yaml"),
                        Optional.of(Url.parse("unix:///run/spire/sockets/agent.sock")),
                        Optional.of(new HostPort("", 8081)),
                        bind(TrustSettings.class),
                        LogLevel.TRACE));
        assertThat(bind(ManagerSettings.class, "NSM_REGISTRY_URL=").registryUrl())
                .as("a manager that is its own registry")
                .isEmpty();
    }

    @Test
    void registry() {
        assertThat(bind(RegistrySettings.class))
                .isEqualTo(new RegistrySettings(
                        "registry",
                        List.of(Url.parse("unix:///listen.on.socket")),
                        Duration.ofMinutes(1),
                        Optional.empty(),
                        TEN_MINUTES,
                        PolicySet.REGISTRY_SERVER,
                        PolicySet.REGISTRY_CLIENT,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        bind(TrustSettings.class),
                        LogLevel.INFO));
        assertThat(bind(
                        RegistrySettings.class,
                        "NSM_NAME=r",
                        "NSM_LISTEN_ON=tcp://:5002",
                        "NSM_EXPIRE_PERIOD=1s",
                        "NSM_STORE=/var/lib/nsm/registry.db",
                        "NSM_MAX_TOKEN_LIFETIME=24h",
                        "NSM_REGISTRY_SERVER_POLICIES=",
                        "NSM_REGISTRY_CLIENT_POLICIES=etc/nsm/opa/client/.*.rego",
                        "NSM_PROXY_REGISTRY_URL=nsmgr-proxy:5004",
                        "SPIFFE_ENDPOINT_SOCKET=unix:///s",
                        "NSM_PROMETHEUS_LISTEN_ON=[::1]:9464",
                        "NSM_LOG_LEVEL=ERROR"))
                .isEqualTo(new RegistrySettings(
                        "r",
                        List.of(Url.parse("tcp://:5002")),
                        Duration.ofSeconds(1),
                        Optional.of(Path.of("/var/lib/nsm/registry.db")),
                        Duration.ofHours(24),
                        List.of(),
                        List.of("etc/nsm/opa/client/.*.rego"),
                        Optional.of(Url.parse("nsmgr-proxy:5004")),
                        Optional.of(Url.parse("unix:///s")),
                        Optional.of(new HostPort("::1", 9464)),
                        bind(TrustSettings.class),
                        LogLevel.ERROR));
    }

    @Test
    void forwarder() {
        var settings = bind(ForwarderSettings.class);
        assertThat(settings)
                .isEqualTo(new ForwarderSettings(
                        "forwarder",
                        Map.of("p2p", "true"),
                        "forwarder",
                        Url.parse("unix:///connect.to.socket"),
                        Url.parse("unix:///listen.on.socket"),
                        TEN_MINUTES,
                        Duration.ofMillis(750),
                        Optional.empty(),
                        0,
                        PolicySet.REGISTRY_CLIENT,
                        Optional.empty(),
                        Optional.empty(),
                        bind(TrustSettings.class),
                        LogLevel.INFO));
        assertThat(settings.effectiveVxlanPort()).isEqualTo(4789);
        assertThat(bind(
                        ForwarderSettings.class,
                        "NSM_NAME=f",
                        "NSM_LABELS=p2p:true,zone:a",
                        "NSM_NSNAME=fwd",
                        "NSM_CONNECT_TO=unix:///m",
                        "NSM_LISTEN_ON=unix:///f",
                        "NSM_MAX_TOKEN_LIFETIME=1m30s",
                        "NSM_DIAL_TIMEOUT=1s",
                        "NSM_TUNNEL_IP=2001:db8::1",
                        "NSM_VXLAN_PORT=8472",
                        "NSM_REGISTRY_CLIENT_POLICIES=etc/nsm/opa/common/.*.rego",
                        "SPIFFE_ENDPOINT_SOCKET=unix:///s",
                        "NSM_PROMETHEUS_LISTEN_ON=localhost:0",
                        "NSM_LOG_LEVEL=DEBUG"))
                .isEqualTo(new ForwarderSettings(
                        "f",
                        Map.of("p2p", "true", "zone", "a"),
                        "fwd",
                        Url.parse("unix:///m"),
                        Url.parse("unix:///f"),
                        Duration.ofSeconds(90),
                        Duration.ofSeconds(1),
                        Optional.of(Cidr.parse("2001:db8::1/128")),
                        8472,
                        List.of("etc/nsm/opa/common/.*.rego"),
                        Optional.of(Url.parse("unix:///s")),
                        Optional.of(new HostPort("localhost", 0)),
                        bind(TrustSettings.class),
                        LogLevel.DEBUG));
        assertThat(bind(ForwarderSettings.class, "NSM_TUNNEL_IP=10.0.0.0/24").tunnelIp())
                .contains(Cidr.parse("10.0.0.0/24"));
    }
}
