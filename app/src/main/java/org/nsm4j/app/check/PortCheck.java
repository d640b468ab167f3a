package org.nsm4j.app.check;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import org.nsm4j.app.config.NodeSettings;
import org.nsm4j.dataplane.wire.VxlanPort;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.netns.Netns;

/** Whether the ports that a node needs are free. */
final class PortCheck {
    private PortCheck() {}

    static List<Finding> run(NodeSettings settings) {
        return List.of(
                tcp("manager port", settings.managerPort(), "NSM_MANAGER_PORT"),
                tcp("registry port", settings.registryPort(), "NSM_REGISTRY_PORT"),
                tcp("join port", settings.joinPort(), "NSM_JOIN_PORT"),
                udp("vxlan port", settings.vxlanPort(), "NSM_VXLAN_PORT"));
    }

    static Finding tcp(String what, int port, String variable) {
        try (var socket = new ServerSocket()) {
            // So that connections of an ended node, which linger for a minute, are not mistaken for a program.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
            return Finding.ok(what, "tcp %d is free".formatted(port));
        } catch (IOException e) {
            return taken(what, "tcp", port, variable);
        }
    }

    /** Without reuse: the kernel refuses while another program, or a VXLAN link, has the port. */
    static Finding udp(String what, int port, String variable) {
        try (var socket = new DatagramSocket(null)) {
            socket.bind(new InetSocketAddress(port));
            return Finding.ok(what, "udp %d is free".formatted(port));
        } catch (IOException e) {
            return isHeldByUs(port)
                    ? Finding.ok(what, "udp %d is held by %s".formatted(port, VxlanPort.name(port)))
                    : taken(what, "udp", port, variable);
        }
    }

    private static boolean isHeldByUs(int port) {
        try (var netns = Netns.node().open();
                var network = Network.open(netns)) {
            return network.link(VxlanPort.name(port)).isPresent();
        } catch (KernelRefused e) {
            return false;
        }
    }

    private static Finding taken(String what, String protocol, int port, String variable) {
        return Finding.fail(
                what,
                "%s %d is taken".formatted(protocol, port),
                "find by whom: ss -lnp 'sport = %d'; or choose another by %s".formatted(port, variable));
    }
}
