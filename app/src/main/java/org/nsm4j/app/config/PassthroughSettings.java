package org.nsm4j.app.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nsm4j.core.model.Url;

/** {@code nsm endpoint passthrough}: a function in the middle of a chain, that forwards and does nothing else. */
public record PassthroughSettings(
        @Setting(env = "NSM_NAME", preset = "passthrough", means = "name of this endpoint in the registry")
        String name,

        @Setting(
                env = "NSM_CONNECT_TO",
                preset = "unix:///var/lib/networkservicemesh/nsm.io.sock",
                means = "the node's manager")
        Url connectTo,

        @Setting(env = "NSM_SERVICE_NAMES", preset = "secure", means = "the services whose chains it is part of")
        List<String> serviceNames,

        @Setting(
                env = "NSM_LABELS",
                preset = "app:passthrough",
                means = "labels by which a service chooses it, and by which it asks for what comes next")
        Map<String, String> labels,

        @Setting(env = "NSM_REGISTER_SERVICE", preset = "false", means = "whether to register the services themselves")
        boolean registerService,

        @Setting(
                env = "NSM_CAPACITY",
                preset = "0",
                min = 0,
                means = "how many clients are accepted at once, announced to forwarders; 0: any number")
        int capacity,

        @Setting(
                env = "NSM_NETNS",
                preset = "",
                means = "namespace of its own that it forwards in, as ip netns knows it; empty: this process's")
        String netns,

        @Setting(env = "NSM_MAX_TOKEN_LIFETIME", preset = "10m", means = "longest life of a token that is signed here")
        Duration maxTokenLifetime,

        @Setting(
                env = "SPIFFE_ENDPOINT_SOCKET",
                preset = "",
                means = "the Workload API that identities come from; empty: that of nsm up")
        Optional<Url> workloadApi,

        @Setting(env = "NSM_LOG_LEVEL", preset = "INFO", means = "TRACE, DEBUG, INFO, WARN or ERROR")
        LogLevel logLevel)
        implements RoleSettings {}
