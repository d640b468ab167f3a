package org.nsm4j.app.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.Url;

/** {@code nsm client}; names and defaults are those of upstream's cmd-nsc and cmd-nsc-init. */
@Unserved(env = "NSM_MECHANISM", preset = "kernel", because = "upstream reads it and uses it nowhere; the URL says it")
@Unserved(
        env = "NSM_LOCAL_DNS_SERVER_ENABLED",
        preset = "false",
        because = "there is no DNS proxy yet; /etc/resolv.conf is left as it is")
@Unserved(env = "NSM_LOCAL_DNS_SERVER_ADDRESS", preset = "127.0.0.1:53", because = "there is no DNS proxy yet")
@Unserved(env = "NSM_SRIOV_TOKENS_*", because = "SR-IOV is not served yet")
public record ClientSettings(
        @Setting(env = "NSM_NAME", preset = "nsc", means = "prefix of the connection ids: NAME-0, NAME-1 …")
        String name,

        @Setting(
                env = "NSM_CONNECT_TO",
                preset = "unix:///var/lib/networkservicemesh/nsm.io.sock",
                means = "the node's manager")
        Url connectTo,

        @Setting(env = "NSM_DIAL_TIMEOUT", preset = "5s", means = "how long to wait for the manager to answer")
        Duration dialTimeout,

        @Setting(env = "NSM_REQUEST_TIMEOUT", preset = "15s", means = "how long one request may take")
        Duration requestTimeout,

        @Setting(env = "NSM_MAX_TOKEN_LIFETIME", preset = "10m", means = "longest life of a token that is signed here")
        Duration maxTokenLifetime,

        @Setting(
                env = "NSM_NETWORK_SERVICES",
                preset = "",
                means = "what to connect to: kernel://SERVICE[@DOMAIN]/INTERFACE[?LABEL=VALUE], by commas")
        List<String> networkServices,

        @Setting(
                env = "NSM_AWARENESS_GROUPS",
                preset = "",
                means = "what may share addresses: groups of such URLs, [URL,URL],[URL]")
        List<List<ConnectUrl>> awarenessGroups,

        @Setting(env = "NSM_LABELS", preset = "", means = "labels of every request")
        Map<String, String> labels,

        @Setting(env = "NSM_LIVENESS_CHECK_ENABLED", preset = "true", means = "whether to ping through the wire")
        boolean livenessEnabled,

        @Setting(env = "NSM_LIVENESS_CHECK_INTERVAL", preset = "200ms", means = "time between two such checks")
        Duration livenessInterval,

        @Setting(env = "NSM_LIVENESS_CHECK_TIMEOUT", preset = "1s", means = "how long one such check may take")
        Duration livenessTimeout,

        @Setting(
                env = "NSM_INIT",
                preset = "false",
                means = "end as soon as every connection is up, as an init container does")
        boolean init,

        @Setting(
                env = "NSM_INIT_TIMEOUT",
                preset = "5m",
                means = "how long an init container tries before it fails; 0: for ever")
        Duration initTimeout,

        @Setting(
                env = "SPIFFE_ENDPOINT_SOCKET",
                preset = "",
                means = "the Workload API that identities come from; empty: that of nsm up")
        Optional<Url> workloadApi,

        @Setting(env = "NSM_LOG_LEVEL", preset = "INFO", means = "TRACE, DEBUG, INFO, WARN or ERROR")
        LogLevel logLevel)
        implements RoleSettings {}
