package org.nsm4j.app.config;

import java.net.InetAddress;
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

        @Setting(env = "NSM_VPN_PEER", preset = "", means = "the company gateway's HOST:PORT (UDP)")
        Optional<HostPort> peer,

        @Setting(env = "NSM_VPN_PEER_PUBLIC_KEY", preset = "", means = "the company gateway's WireGuard key, base64")
        String peerPublicKey,

        @Setting(
                env = "NSM_VPN_PRIVATE_KEY_FILE",
                preset = "",
                means = "file with our WireGuard key, base64, readable by its owner alone")
        Optional<Path> privateKeyFile,

        @Setting(
                env = "NSM_VPN_PRESHARED_KEY_FILE",
                preset = "",
                means = "file with the pre-shared key, base64; empty: none")
        Optional<Path> presharedKeyFile,

        @Setting(env = "NSM_VPN_ADDRESSES", preset = "", means = "our addresses inside the tunnel")
        List<Cidr> addresses,

        @Setting(env = "NSM_VPN_PREFIXES", preset = "", means = "the company's prefixes: all that clients may reach")
        List<Cidr> prefixes,

        @Setting(env = "NSM_VPN_DNS", preset = "", means = "the company's name servers, for clients")
        List<InetAddress> dnsServers,

        @Setting(env = "NSM_VPN_SEARCH_DOMAINS", preset = "", means = "domains that those servers answer for")
        List<String> searchDomains,

        @Setting(env = "NSM_VPN_KEEPALIVE", preset = "25s", means = "time between keep-alive packets; 0: none")
        Duration keepalive,

        @Setting(
                env = "NSM_VPN_LISTEN_PORT",
                preset = "0",
                min = 0,
                max = 65535,
                means = "our UDP port; 0: the kernel chooses")
        int listenPort,

        @Setting(env = "NSM_VPN_MTU", preset = "0", min = 0, max = 65535, means = "bytes; 0: the path's less 80")
        int mtu,

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
