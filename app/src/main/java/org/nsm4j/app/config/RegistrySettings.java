package org.nsm4j.app.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.nsm4j.core.model.Url;

/** {@code nsm registry}; names and defaults are those of upstream's cmd-registry-memory, plus the durable store. */
@Unserved(env = "NSM_NAMESPACE", preset = "default", because = "there is no Kubernetes behind this registry")
@Unserved(env = "NSM_KUBELET_QPS", preset = "205", because = "there is no Kubernetes behind this registry")
public record RegistrySettings(
        @Setting(env = "NSM_NAME", preset = "registry", means = "name of this registry in paths")
        String name,

        @Setting(env = "NSM_LISTEN_ON", preset = "unix:///listen.on.socket", means = "where to listen")
        List<Url> listenOn,

        @Setting(
                env = "NSM_EXPIRE_PERIOD",
                preset = "1m",
                means = "how long a registration lasts that names no end itself")
        Duration expirePeriod,

        @Setting(
                env = "NSM_STORE",
                preset = "",
                means = "file of the durable store; empty: memory alone, rebuilt by refreshes after a restart")
        Optional<Path> store,

        @Setting(env = "NSM_MAX_TOKEN_LIFETIME", preset = "10m", means = "longest life of a token that is signed here")
        Duration maxTokenLifetime,

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
                env = "NSM_PROXY_REGISTRY_URL",
                preset = "",
                means = "the registry that is asked for names of other domains, NAME@DOMAIN; empty: they are refused")
        Optional<Url> proxyRegistryUrl,

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
