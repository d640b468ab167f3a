package org.nsm4j.app.config;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.nsm4j.core.model.Url;

/** {@code nsm forwarder}; names and defaults are those of upstream's cmd-forwarder-vpp, less what concerns VPP. */
public record ForwarderSettings(
        @Setting(env = "NSM_NAME", preset = "forwarder", means = "name of this forwarder in paths and in the registry")
        String name,

        @Setting(env = "NSM_LABELS", preset = "p2p:true", means = "labels by which a service may choose the forwarder")
        Map<String, String> labels,

        @Setting(env = "NSM_NSNAME", preset = "forwarder", means = "the service that it registers as")
        String serviceName,

        @Setting(env = "NSM_CONNECT_TO", preset = "unix:///connect.to.socket", means = "the node's manager")
        Url connectTo,

        @Setting(env = "NSM_LISTEN_ON", preset = "unix:///listen.on.socket", means = "where to listen")
        Url listenOn,

        @Setting(env = "NSM_MAX_TOKEN_LIFETIME", preset = "10m", means = "longest life of a token that is signed here")
        Duration maxTokenLifetime,

        @Setting(env = "NSM_DIAL_TIMEOUT", preset = "750ms", means = "how long to wait for the next hop to answer")
        Duration dialTimeout,

        @Setting(
                env = "NSM_TUNNEL_IP",
                preset = "",
                means = "underlay address that tunnels start from; empty: that of the default route")
        Optional<InetAddress> tunnelIp,

        @Setting(env = "NSM_VXLAN_PORT", preset = "0", min = 0, max = 65535, means = "UDP port of VXLAN; 0: 4789")
        int vxlanPort,

        @Setting(
                env = "NSM_STATE_DIR",
                preset = "/var/lib/nsm",
                means = "folder of the durable records of what was plugged")
        Path stateDir,

        @Setting(
                env = "SPIFFE_ENDPOINT_SOCKET",
                preset = "",
                means = "the Workload API that identities come from; empty: that of nsm up")
        Optional<Url> workloadApi,

        @Setting(env = "NSM_PROMETHEUS_LISTEN_ON", preset = "", means = "where to serve /metrics; empty: nowhere")
        Optional<HostPort> metricsListenOn,

        @Setting(env = "NSM_LOG_LEVEL", preset = "INFO", means = "TRACE, DEBUG, INFO, WARN or ERROR")
        LogLevel logLevel)
        implements RoleSettings {

    /** The UDP port that VXLAN really uses. */
    public int effectiveVxlanPort() {
        return vxlanPort == 0 ? 4789 : vxlanPort;
    }
}
