package org.nsm4j.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.policy.PolicySet;

/** The reference page of the network functions, as {@link SettingsTest} is that of the other roles. */
class EndpointSettingsTest {
    private static final Url MANAGER = Url.parse("unix:///var/lib/networkservicemesh/nsm.io.sock");
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    static <T extends Record> T bind(Class<T> type, String... environment) {
        var variables = new LinkedHashMap<String, String>();
        for (var each : environment) {
            variables.put(each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1));
        }
        return Binder.bind(type, Sources.ofEnvironment(variables));
    }

    @Test
    void responder() {
        assertThat(bind(ResponderSettings.class))
                .isEqualTo(new ResponderSettings(
                        "icmp-server",
                        MANAGER,
                        List.of("icmp-responder"),
                        Payload.ETHERNET,
                        Map.of(),
                        List.of(List.of(Cidr.parse("169.254.0.0/16"))),
                        IpamPolicy.POLITE,
                        Duration.ofSeconds(30),
                        0,
                        new DnsConfigs(List.of()),
                        true,
                        false,
                        Duration.ZERO,
                        PolicySet.REGISTRY_CLIENT,
                        "",
                        "",
                        TEN_MINUTES,
                        Optional.empty(),
                        Optional.empty(),
                        LogLevel.INFO));
        var dns = new Context.Dns(List.of(InetAddress.ofLiteral("172.16.1.100")), List.of("my.coredns.service"));
        assertThat(bind(
                        ResponderSettings.class,
                        "NSM_NAME=e",
                        "NSM_CONNECT_TO=unix:///m",
                        "NSM_SERVICE_NAMES=a,b",
                        "NSM_PAYLOAD=ip",
                        "NSM_LABELS=color:Blue",
                        "NSM_CIDR_PREFIX=[172.16.1.100/31, 2001:db8::/64], 10.0.0.0/8",
                        "NSM_IPAM_POLICY=strict",
                        "NSM_CAPACITY=7",
                        "NSM_ADDRESS_REST=5s",
                        "NSM_DNS_CONFIGS=[{\"dns_server_ips\":[\"172.16.1.100\"],\"search_domains\":[\"my.coredns.service\"]}]",
                        "NSM_REGISTER_SERVICE=false",
                        "NSM_UNREGISTER_ITSELF=true",
                        "NSM_IDLE_TIMEOUT=15s",
                        "NSM_REGISTRY_CLIENT_POLICIES=",
                        "NSM_BASE_DIR=/run/e",
                        "NSM_NETNS=wires",
                        "NSM_MAX_TOKEN_LIFETIME=1h",
                        "SPIFFE_ENDPOINT_SOCKET=unix:///s",
                        "NSM_PROMETHEUS_LISTEN_ON=:1",
                        "NSM_LOG_LEVEL=INFO"))
                .isEqualTo(new ResponderSettings(
                        "e",
                        Url.parse("unix:///m"),
                        List.of("a", "b"),
                        Payload.IP,
                        Map.of("color", "Blue"),
                        List.of(
                                List.of(Cidr.parse("172.16.1.100/31"), Cidr.parse("2001:db8::/64")),
                                List.of(Cidr.parse("10.0.0.0/8"))),
                        IpamPolicy.STRICT,
                        Duration.ofSeconds(5),
                        7,
                        new DnsConfigs(List.of(dns)),
                        false,
                        true,
                        Duration.ofSeconds(15),
                        List.of(),
                        "/run/e",
                        "wires",
                        Duration.ofHours(1),
                        Optional.of(Url.parse("unix:///s")),
                        Optional.of(new HostPort("", 1)),
                        LogLevel.INFO));
    }

    @Test
    void vpn_gateway() {
        assertThat(bind(VpnGatewaySettings.class))
                .isEqualTo(new VpnGatewaySettings(
                        "vpn-gateway",
                        MANAGER,
                        List.of("vpn-gateway"),
                        Map.of(),
                        true,
                        List.of(List.of(Cidr.parse("172.16.1.0/24"))),
                        0,
                        Path.of("/etc/nsm/vpn.conf"),
                        "",
                        TEN_MINUTES,
                        Optional.empty(),
                        Optional.empty(),
                        LogLevel.INFO));
        assertThat(bind(
                        VpnGatewaySettings.class,
                        "NSM_NAME=vpng-1",
                        "NSM_CONNECT_TO=unix:///m",
                        "NSM_SERVICE_NAMES=vpn",
                        "NSM_LABELS=app:vpng",
                        "NSM_REGISTER_SERVICE=0",
                        "NSM_CIDR_PREFIX=172.16.2.0/24",
                        "NSM_CAPACITY=2",
                        "NSM_VPN_CONFIG=/etc/nsm/company.conf",
                        "NSM_NETNS=gate",
                        "NSM_MAX_TOKEN_LIFETIME=5m",
                        "SPIFFE_ENDPOINT_SOCKET=unix:///s",
                        "NSM_PROMETHEUS_LISTEN_ON=:2",
                        "NSM_LOG_LEVEL=DEBUG"))
                .isEqualTo(new VpnGatewaySettings(
                        "vpng-1",
                        Url.parse("unix:///m"),
                        List.of("vpn"),
                        Map.of("app", "vpng"),
                        false,
                        List.of(List.of(Cidr.parse("172.16.2.0/24"))),
                        2,
                        Path.of("/etc/nsm/company.conf"),
                        "gate",
                        Duration.ofMinutes(5),
                        Optional.of(Url.parse("unix:///s")),
                        Optional.of(new HostPort("", 2)),
                        LogLevel.DEBUG));
    }

    @Test
    void passthrough() {
        assertThat(bind(PassthroughSettings.class))
                .isEqualTo(new PassthroughSettings(
                        "passthrough",
                        MANAGER,
                        List.of("secure"),
                        Map.of("app", "passthrough"),
                        false,
                        0,
                        "",
                        TEN_MINUTES,
                        Optional.empty(),
                        LogLevel.INFO));
        assertThat(bind(
                        PassthroughSettings.class,
                        "NSM_NAME=p",
                        "NSM_CONNECT_TO=unix:///m",
                        "NSM_SERVICE_NAMES=a,b",
                        "NSM_LABELS=app:firewall",
                        "NSM_REGISTER_SERVICE=true",
                        "NSM_CAPACITY=3",
                        "NSM_NETNS=middle",
                        "NSM_MAX_TOKEN_LIFETIME=1h",
                        "SPIFFE_ENDPOINT_SOCKET=unix:///s",
                        "NSM_LOG_LEVEL=WARN"))
                .isEqualTo(new PassthroughSettings(
                        "p",
                        Url.parse("unix:///m"),
                        List.of("a", "b"),
                        Map.of("app", "firewall"),
                        true,
                        3,
                        "middle",
                        Duration.ofHours(1),
                        Optional.of(Url.parse("unix:///s")),
                        LogLevel.WARN));
    }
}
