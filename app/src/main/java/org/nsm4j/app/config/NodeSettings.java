package org.nsm4j.app.config;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.nsm4j.core.model.Url;

/** {@code nsm up}: this host as a node, with identity, registry, manager and forwarder in one process. */
public record NodeSettings(
        @Setting(env = "NSM_NODE_NAME", preset = "", means = "name of this node; empty: the host's name")
        String nodeName,

        @Setting(env = "NSM_STATE_DIR", preset = "/var/lib/nsm", means = "folder of what must survive a reboot")
        Path stateDir,

        @Setting(env = "NSM_RUN_DIR", preset = "/run/nsm", means = "folder of the sockets")
        Path runDir,

        @Setting(
                env = "NSM_LISTEN_ADDRESS",
                preset = "",
                means = "address that other nodes reach this one by; empty: the underlay's")
        Optional<InetAddress> listenAddress,

        @Setting(env = "NSM_MANAGER_PORT", preset = "5001", min = 1, max = 65535, means = "TCP port of the manager")
        int managerPort,

        @Setting(env = "NSM_REGISTRY_PORT", preset = "5002", min = 1, max = 65535, means = "TCP port of the registry")
        int registryPort,

        @Setting(
                env = "NSM_JOIN_PORT",
                preset = "5007",
                min = 1,
                max = 65535,
                means = "TCP port where other hosts join the domain")
        int joinPort,

        @Setting(
                env = "NSM_UNDERLAY_DEVICE",
                preset = "",
                means = "link that tunnels leave by; empty: that of the default route")
        String underlayDevice,

        @Setting(
                env = "NSM_TUNNEL_IP",
                preset = "",
                means = "underlay address that tunnels start from; empty: the device's first")
        Optional<InetAddress> tunnelIp,

        @Setting(env = "NSM_VXLAN_PORT", preset = "4789", min = 1, max = 65535, means = "UDP port of VXLAN")
        int vxlanPort,

        @Setting(env = "NSM_TRUST_DOMAIN", preset = "nsm.local", means = "SPIFFE trust domain of the built-in CA")
        String trustDomain,

        @Setting(
                env = "NSM_JOIN",
                preset = "",
                means = "token printed by the first host (nsm token); empty: be the first")
        String joinToken,

        @Setting(
                env = "NSM_REGISTRY_URL",
                preset = "",
                means = "a registry elsewhere; empty: the one of the domain's first host, or an own one")
        Optional<Url> registryUrl,

        @Setting(
                env = "NSM_IDENTITY_FILE",
                preset = "/etc/nsm/identity.yaml",
                means = "rules by which workloads are told apart; a missing file is the rules built in")
        Path identityFile,

        @Setting(
                env = "NSM_ADMIN_GROUP",
                preset = "",
                means = "group whose members may use the admin socket beside root")
        String adminGroup,

        @Setting(env = "NSM_LABELS", preset = "p2p:true", means = "labels of the node's forwarder")
        Map<String, String> labels,

        @Setting(env = "NSM_DIAL_TIMEOUT", preset = "750ms", means = "how long to wait for the next hop to answer")
        Duration dialTimeout,

        @Setting(env = "NSM_REQUEST_TIMEOUT", preset = "15s", means = "how long one request may take")
        Duration requestTimeout,

        @Setting(env = "NSM_MAX_TOKEN_LIFETIME", preset = "10m", means = "longest life of a token that is signed here")
        Duration maxTokenLifetime,

        @Setting(
                env = "SPIFFE_ENDPOINT_SOCKET",
                preset = "",
                means = "a SPIRE agent to take identities from in place of the built-in CA")
        Optional<Url> workloadApi,

        @Setting(
                env = "NSM_PROMETHEUS_LISTEN_ON",
                preset = "127.0.0.1:9464",
                means = "where to serve /metrics; empty: nowhere")
        Optional<HostPort> metricsListenOn,

        TrustSettings trust,

        @Setting(env = "NSM_LOG_LEVEL", preset = "INFO", means = "TRACE, DEBUG, INFO, WARN or ERROR")
        LogLevel logLevel)
        implements RoleSettings {

    /** The admin socket: {@code admin.sock} in the run folder. */
    public Path adminSocket() {
        return runDir.resolve("admin.sock");
    }
}
