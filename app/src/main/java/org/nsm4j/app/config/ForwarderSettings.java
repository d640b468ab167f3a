package org.nsm4j.app.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Url;

/** {@code nsm forwarder}; names and defaults are those of upstream's cmd-forwarder-vpp and -ovs. */
@Unserved(env = "NSM_BRIDGE_NAME", preset = "br-nsm", because = "there is no bridge in the middle of a wire")
@Unserved(
        env = "NSM_MECHANISM_PRIORITY",
        because = "there is one mechanism for each place: KERNEL on a node, VXLAN between nodes")
@Unserved(env = "NSM_VPP_*", because = "there is no VPP; the kernel forwards")
@Unserved(env = "NSM_DEVICE_SELECTOR_FILE", because = "VLAN is not served yet")
@Unserved(env = "NSM_L2_RESOURCE_SELECTOR_FILE", because = "VLAN is not served yet")
@Unserved(env = "NSM_SRIOV_CONFIG_FILE", preset = "pci.config", because = "SR-IOV is not served yet")
@Unserved(env = "NSM_RESOURCE_POLL_TIMEOUT", preset = "30s", because = "SR-IOV is not served yet")
@Unserved(
        env = "NSM_DEVICE_PLUGIN_PATH",
        preset = "/var/lib/kubelet/device-plugins/",
        because = "SR-IOV is not served yet")
@Unserved(
        env = "NSM_POD_RESOURCES_PATH",
        preset = "/var/lib/kubelet/pod-resources/",
        because = "SR-IOV is not served yet")
@Unserved(env = "NSM_PCI_*", because = "SR-IOV is not served yet")
@Unserved(env = "NSM_CGROUP_PATH", preset = "/host/sys/fs/cgroup/devices", because = "SR-IOV is not served yet")
@Unserved(env = "NSM_VFIO_PATH", preset = "/host/dev/vfio", because = "VFIO is not served yet")
@Unserved(env = "NSM_PROMETHEUS_*", because = "metrics are served in the clear, where NSM_PROMETHEUS_LISTEN_ON says")
@Unserved(env = "PROMETHEUS_METRICS_PREFIX", because = "the names of metrics are fixed")
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
                means =
                        "underlay address that tunnels start from, or a prefix that it lies in; empty: that of the default route")
        Optional<Cidr> tunnelIp,

        @Setting(env = "NSM_VXLAN_PORT", preset = "0", min = 0, max = 65535, means = "UDP port of VXLAN; 0: 4789")
        int vxlanPort,

        @Setting(
                env = "NSM_REGISTRY_CLIENT_POLICIES",
                preset = "etc/nsm/opa/common/.*.rego,etc/nsm/opa/registry/.*.rego,etc/nsm/opa/client/.*.rego",
                means = "masks over the rules that judge a registry's answers; empty: none")
        List<String> registryClientPolicies,

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
        implements RoleSettings {

    /** The UDP port that VXLAN really uses. */
    public int effectiveVxlanPort() {
        return vxlanPort == 0 ? 4789 : vxlanPort;
    }
}
