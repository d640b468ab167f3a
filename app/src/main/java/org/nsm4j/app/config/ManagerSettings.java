package org.nsm4j.app.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.nsm4j.core.model.Url;

/** {@code nsm manager}; names and defaults are those of upstream's cmd-nsmgr. */
public record ManagerSettings(
        @Setting(env = "NSM_NAME", preset = "nmgr", means = "name of this manager in paths and in the registry")
        String name,

        @Setting(
                env = "NSM_LISTEN_ON",
                preset = "unix:///var/lib/networkservicemesh/nsm.io.sock",
                means = "where to listen; the first tcp URL is the one that the registry publishes")
        List<Url> listenOn,

        @Setting(
                env = "NSM_REGISTRY_URL",
                preset = "tcp://localhost:5001",
                means = "the domain's registry; empty: one in this process, in memory alone")
        Optional<Url> registryUrl,

        @Setting(env = "NSM_MAX_TOKEN_LIFETIME", preset = "10m", means = "longest life of a token that is signed here")
        Duration maxTokenLifetime,

        @Setting(env = "NSM_DIAL_TIMEOUT", preset = "750ms", means = "how long to wait for the next hop to answer")
        Duration dialTimeout,

        @Setting(
                env = "NSM_FORWARDER_NETWORK_SERVICE_NAME",
                preset = "forwarder",
                means = "the service that forwarders register as")
        String forwarderService,

        @Setting(
                env = "NSM_REGISTRY_SERVER_POLICIES",
                preset = "etc/nsm/opa/common/.*.rego,etc/nsm/opa/registry/.*.rego,etc/nsm/opa/server/.*.rego",
                means = "masks over the rules that judge who may register and take back what here; empty: none")
        List<String> registryServerPolicies,

        @Setting(
                env = "NSM_REGISTRY_CLIENT_POLICIES",
                preset = "etc/nsm/opa/common/.*.rego,etc/nsm/opa/registry/.*.rego,etc/nsm/opa/client/.*.rego",
                means = "masks over the rules that judge a registry's answers; empty: none")
        List<String> registryClientPolicies,

        @Setting(
                env = "NSM_EXCLUDED_PREFIXES_FILE",
                preset = "/var/lib/networkservicemesh/config/excluded_prefixes.yaml",
                means = "YAML file, prefixes: [CIDR…], of what no endpoint may hand out; read again when it changes")
        Path excludedPrefixes,

        @Setting(
                env = "SPIFFE_ENDPOINT_SOCKET",
                preset = "",
                means = "the Workload API that identities come from; empty: that of nsm up")
        Optional<Url> workloadApi,

        @Setting(env = "NSM_PROMETHEUS_LISTEN_ON", preset = "", means = "where to serve /metrics; empty: nowhere")
        Optional<HostPort> metricsListenOn,

        TrustSettings trust,

        @Setting(env = "NSM_LOG_LEVEL", preset = "INFO", means = "TRACE, DEBUG, INFO, WARN or ERROR")
        LogLevel logLevel)
        implements RoleSettings {}
