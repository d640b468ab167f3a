package org.nsm4j.app.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Url;

/** {@code nsm endpoint vpn-gateway}: an endpoint that leads its clients into a company's network by WireGuard. */
public record VpnGatewaySettings(
        @Setting(env = "NSM_NAME", preset = "vpn-gateway", means = "name of this endpoint in the registry")
        String name,

        @Setting(
                env = "NSM_CONNECT_TO",
                preset = "unix:///var/lib/networkservicemesh/nsm.io.sock",
                means = "the node's manager")
        Url connectTo,

        @Setting(env = "NSM_SERVICE_NAMES", preset = "vpn-gateway", means = "the services that it provides")
        List<String> serviceNames,

        @Setting(env = "NSM_LABELS", preset = "", means = "labels by which a service may choose the endpoint")
        Map<String, String> labels,

        @Setting(env = "NSM_REGISTER_SERVICE", preset = "true", means = "whether to register the services themselves")
        boolean registerService,

        @Setting(
                env = "NSM_CIDR_PREFIX",
                preset = "172.16.1.0/24",
                means = "pools of client addresses; each group gives one pair to every connection")
        List<List<Cidr>> cidrPrefix,

        @Setting(
                env = "NSM_CAPACITY",
                preset = "0",
                min = 0,
                means = "how many clients are accepted at once; 0: as many as the pool has addresses")
        int capacity,

        @Setting(
                env = "NSM_VPN_CONFIG",
                preset = "/etc/nsm/vpn.conf",
                means =
                        "the WireGuard configuration that the company hands out, as wg-quick reads it; for its owner alone")
        Path vpnConfig,

        @Setting(
                env = "NSM_NETNS",
                preset = "",
                means = "namespace that the wires and the tunnel end in, as ip netns knows it; empty: this process's")
        String netns,

        @Setting(env = "NSM_MAX_TOKEN_LIFETIME", preset = "10m", means = "longest life of a token that is signed here")
        Duration maxTokenLifetime,

        @Setting(
                env = "SPIFFE_ENDPOINT_SOCKET",
                preset = "",
                means = "the Workload API that identities come from; empty: that of nsm up")
        Optional<Url> workloadApi,

        @Setting(env = "NSM_PROMETHEUS_LISTEN_ON", preset = "", means = "where to serve /metrics; empty: nowhere")
        Optional<HostPort> metricsListenOn,

        @Setting(env = "NSM_LOG_LEVEL", preset = "INFO", means = "TRACE, DEBUG, INFO, WARN or ERROR")
        LogLevel logLevel)
        implements RoleSettings {}
