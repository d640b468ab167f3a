package org.nsm4j.app.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Url;

/** {@code nsm endpoint responder}; names and defaults are those of upstream's cmd-nse-icmp-responder. */
@Unserved(
        env = "NSM_PBR_CONFIG_PATH",
        preset = "/etc/policy-based-routing/config.yaml",
        because = "policy-based routes are not handed out yet")
public record ResponderSettings(
        @Setting(env = "NSM_NAME", preset = "icmp-server", means = "name of this endpoint in the registry")
        String name,

        @Setting(
                env = "NSM_CONNECT_TO",
                preset = "unix:///var/lib/networkservicemesh/nsm.io.sock",
                means = "the node's manager")
        Url connectTo,

        @Setting(env = "NSM_SERVICE_NAMES", preset = "icmp-responder", means = "the services that it provides")
        List<String> serviceNames,

        @Setting(env = "NSM_PAYLOAD", preset = "ETHERNET", means = "what its wires carry: IP or ETHERNET")
        Payload payload,

        @Setting(env = "NSM_LABELS", preset = "", means = "labels by which a service may choose the endpoint")
        Map<String, String> labels,

        @Setting(
                env = "NSM_CIDR_PREFIX",
                preset = "169.254.0.0/16",
                means = "pools of addresses; each group, [a,b] or c alone, gives one pair to every connection")
        List<List<Cidr>> cidrPrefix,

        @Setting(
                env = "NSM_IPAM_POLICY",
                preset = "polite",
                means = "polite keeps addresses that a request already holds, strict drops foreign ones")
        IpamPolicy ipamPolicy,

        @Setting(
                env = "NSM_ADDRESS_REST",
                preset = "30s",
                means = "how long released addresses go to no other client while others are free; 0 is upstream's way")
        Duration addressRest,

        @Setting(
                env = "NSM_CAPACITY",
                preset = "0",
                min = 0,
                means =
                        "how many clients are accepted at once, announced to forwarders; 0: as many as the pools have addresses")
        int capacity,

        @Setting(
                env = "NSM_DNS_CONFIGS",
                preset = "[]",
                means = "name servers for clients: [{\"dns_server_ips\":[…],\"search_domains\":[…]}]")
        DnsConfigs dnsConfigs,

        @Setting(env = "NSM_REGISTER_SERVICE", preset = "true", means = "whether to register the services themselves")
        boolean registerService,

        @Setting(env = "NSM_UNREGISTER_ITSELF", preset = "false", means = "whether to unregister at the end")
        boolean unregisterItself,

        @Setting(env = "NSM_IDLE_TIMEOUT", preset = "0", means = "end after so long without a client; 0: never")
        Duration idleTimeout,

        @Setting(
                env = "NSM_REGISTRY_CLIENT_POLICIES",
                preset = "etc/nsm/opa/common/.*.rego,etc/nsm/opa/registry/.*.rego,etc/nsm/opa/client/.*.rego",
                means = "masks over the rules that judge a registry's answers; empty: none")
        List<String> registryClientPolicies,

        @Setting(
                env = "NSM_BASE_DIR",
                preset = "",
                means = "folder of the socket that it listens on; empty: the manager's, or one of its own below /tmp")
        String baseDir,

        @Setting(
                env = "NSM_NETNS",
                preset = "",
                means = "namespace that the wires end in, as ip netns knows it; empty: this process's")
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
