package org.nsm4j.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.model.Url;

/** The reference page of {@code nsm up}; the other roles have theirs in {@link SettingsTest}. */
class NodeSettingsTest {
    @Test
    void node() {
        var settings = SettingsTest.bind(NodeSettings.class);
        assertThat(settings)
                .isEqualTo(new NodeSettings(
                        "",
                        Path.of("/var/lib/nsm"),
                        Path.of("/run/nsm"),
                        Optional.empty(),
                        5001,
                        5002,
                        5007,
                        "",
                        Optional.empty(),
                        4789,
                        "nsm.local",
                        "",
                        Optional.empty(),
                        Path.of("/etc/nsm/identity.yaml"),
                        "",
                        Map.of("p2p", "true"),
                        Duration.ofMillis(750),
                        Duration.ofSeconds(15),
                        Duration.ofMinutes(10),
                        Optional.empty(),
                        Optional.of(new HostPort("127.0.0.1", 9464)),
                        SettingsTest.bind(TrustSettings.class),
                        LogLevel.INFO));
        assertThat(settings.adminSocket()).isEqualTo(Path.of("/run/nsm/admin.sock"));
        assertThat(SettingsTest.bind(
                        NodeSettings.class,
                        "NSM_NODE_NAME=node-a",
                        "NSM_STATE_DIR=/s",
                        "NSM_RUN_DIR=/r",
                        "NSM_LISTEN_ADDRESS=10.0.0.1",
                        "NSM_MANAGER_PORT=1",
                        "NSM_REGISTRY_PORT=2",
                        "NSM_JOIN_PORT=3",
                        "NSM_UNDERLAY_DEVICE=eth1",
                        "NSM_TUNNEL_IP=10.0.0.2",
                        "NSM_VXLAN_PORT=4",
                        "NSM_TRUST_DOMAIN=example.org",
                        "NSM_JOIN=abc",
                        "NSM_REGISTRY_URL=tcp://r:5002",
                        "NSM_IDENTITY_FILE=/i",
                        "NSM_ADMIN_GROUP=nsm",
                        "NSM_LABELS=p2p:true,rack:1",
                        "NSM_DIAL_TIMEOUT=1s",
                        "NSM_REQUEST_TIMEOUT=2s",
                        "NSM_MAX_TOKEN_LIFETIME=3s",
                        "SPIFFE_ENDPOINT_SOCKET=unix:///s",
                        "NSM_PROMETHEUS_LISTEN_ON=",
                        "NSM_LOG_LEVEL=ERROR"))
                .isEqualTo(new NodeSettings(
                        "node-a",
                        Path.of("/s"),
                        Path.of("/r"),
                        Optional.of(InetAddress.ofLiteral("10.0.0.1")),
                        1,
                        2,
                        3,
                        "eth1",
                        Optional.of(InetAddress.ofLiteral("10.0.0.2")),
                        4,
                        "example.org",
                        "abc",
                        Optional.of(Url.parse("tcp://r:5002")),
                        Path.of("/i"),
                        "nsm",
                        Map.of("p2p", "true", "rack", "1"),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(3),
                        Optional.of(Url.parse("unix:///s")),
                        Optional.empty(),
                        SettingsTest.bind(TrustSettings.class),
                        LogLevel.ERROR));
    }

    @Test
    void every_setting_says_what_it_means_and_no_name_is_used_twice() {
        for (var type : List.of(
                ManagerSettings.class,
                RegistrySettings.class,
                ForwarderSettings.class,
                ClientSettings.class,
                ResponderSettings.class,
                PassthroughSettings.class,
                VpnGatewaySettings.class,
                NodeSettings.class)) {
            var declarations = Declaration.of(type);
            assertThat(declarations).extracting(Declaration::flag).doesNotHaveDuplicates();
            assertThat(declarations)
                    .allSatisfy(each -> assertThat(each.setting().means()).isNotBlank());
        }
    }
}
