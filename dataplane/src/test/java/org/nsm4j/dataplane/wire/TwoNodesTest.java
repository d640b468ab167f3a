package org.nsm4j.dataplane.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.nsm4j.dataplane.wire.Wiring.end;
import static org.nsm4j.dataplane.wire.Wiring.ping;
import static org.nsm4j.dataplane.wire.Wiring.remote;
import static org.nsm4j.dataplane.wire.Wiring.state;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.nft.AddressSet;
import org.nsm4j.linux.nft.Nftables;
import org.nsm4j.linux.nft.Table;
import org.nsm4j.linux.socket.ChannelsInside;

/** Two namespaces play nodes, joined by an underlay; wires between their workloads, seen with the eyes of ip and ping. */
@Tag("kernel")
final class TwoNodesTest {
    private static final List<String> CLIENT = List.of("10.1.0.1/32", "fd00:1::1/128");
    private static final List<String> ENDPOINT = List.of("10.1.0.2/32", "fd00:1::2/128");

    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    private final Deque<TestNode> nodes = new ArrayDeque<>();

    @AfterEach
    void stop() {
        nodes.forEach(TestNode::close);
    }

    @Test
    void carries_both_families_between_two_nodes_with_nothing_in_between_and_close_leaves_all_as_it_was() {
        var here = node("wires-a");
        var there = node("wires-b");
        Wiring.join(here, there, "192.168.77", 1500);
        var one = started(here, "192.168.77.1", 1500);
        var other = started(there, "192.168.77.2", 1500);
        var app = namespaces.create("wires-app");
        var vpn = namespaces.create("wires-vpn");
        var before = state(app, vpn, here, there);

        var left = one.plumbing.plug(remote("c1", end(app, 1450, CLIENT, ENDPOINT), 77, "192.168.77.2"));
        var right = other.plumbing.plug(remote("c1", end(vpn, 1450, ENDPOINT, CLIENT), 77, "192.168.77.1"));

        assertThat(ping(app, "10.1.0.2")).contains("1 received");
        assertThat(ping(app, "fd00:1::2")).contains("1 received");
        assertThat(ping(vpn, "10.1.0.1")).contains("1 received");
        assertThat(Namespaces.ip(here, "-o link show")).doesNotContain("bridge", "nsm");
        assertThat(Namespaces.ip(there, "-d -o link show")).doesNotContain("bridge", "vxlan");
        left.close();
        right.close();
        one.reaper.settle();
        other.reaper.settle();
        assertThat(state(app, vpn, here, there)).isEqualTo(before);
    }

    @Test
    void carries_packets_of_exactly_the_mtu_over_an_ipv4_and_an_ipv6_underlay() {
        carriesExactly("192.168.78", 1500, 1450);
        carriesExactly("fd00:78:", 1500, 1430);
        carriesExactly("192.168.78", 1400, 1350);
    }

    private void carriesExactly(String net, int underlay, int mtu) {
        var here = node("wires-a");
        var there = node("wires-b");
        Wiring.join(here, there, net, underlay);
        String dot = net.contains(":") ? ":" : ".";
        var one = started(here, net + dot + "1", underlay);
        var other = started(there, net + dot + "2", underlay);
        var app = namespaces.create("wires-app");
        var vpn = namespaces.create("wires-vpn");
        assertThat(one.underlay.vxlanMtu()).isEqualTo(mtu);
        one.plumbing.plug(remote("c1", end(app, mtu, CLIENT, ENDPOINT), 77, net + dot + "2"));
        other.plumbing.plug(remote("c1", end(vpn, mtu, ENDPOINT, CLIENT), 77, net + dot + "1"));

        assertThat(ping(app, "-M do -s " + (mtu - 28) + " 10.1.0.2")).contains("1 received");
        assertThat(ping(app, "-M do -s " + (mtu - 48) + " fd00:1::2")).contains("1 received");
        assertThatThrownBy(() -> ping(app, "-M do -s " + (mtu - 27) + " 10.1.0.2"))
                .hasMessageContaining("message too long");
    }

    @Test
    void leads_two_clients_to_one_endpoint_at_one_address() {
        var here = node("wires-a");
        var there = node("wires-b");
        Wiring.join(here, there, "192.168.79", 1500);
        var one = started(here, "192.168.79.1", 1500);
        var other = started(there, "192.168.79.2", 1500);
        var vpn = namespaces.create("wires-vpn");
        for (int i = 1; i <= 2; i++) {
            var app = namespaces.create("wires-app");
            var own = List.of("10.1.1." + i + "/32");
            var service = List.of("10.1.0.2/32");
            one.plumbing.plug(remote("c" + i, end(app, 1450, own, service), 80 + i, "192.168.79.2"));
            var plain = Wiring.named("nsm-" + i, Wiring.place(vpn), 1450, service, own);
            var shared =
                    new End(plain.place(), plain.name(), "", 1450, plain.addresses(), plain.routes(), List.of(), true);
            other.plumbing.plug(remote("c" + i, shared, 80 + i, "192.168.79.1"));
            assertThat(ping(app, "10.1.0.2")).contains("1 received");
        }
    }

    @Test
    void lets_in_nobody_but_the_peers_of_live_wires() {
        var here = node("wires-a");
        var stranger = node("wires-c");
        Wiring.join(here, stranger, "192.168.80", 1500);
        var one = started(here, "192.168.80.1", 1500);
        var app = namespaces.create("wires-app");
        var wire = one.plumbing.plug(remote("c1", end(app, 1450, CLIENT, ENDPOINT), 77, "192.168.80.9"));
        Namespaces.ip(
                stranger,
                "link add guess type vxlan id 77 local 192.168.80.2 remote 192.168.80.1 dstport 4789 dev under");
        Namespaces.ip(stranger, "addr add 10.1.0.2/32 dev guess");
        Namespaces.ip(stranger, "link set guess up");
        Namespaces.ip(stranger, "route add 10.1.0.1 dev guess");
        // known by its hardware address, so that each ping is one packet at once, and no question that goes on
        // meanwhile
        Namespaces.ip(stranger, "neigh add 10.1.0.1 lladdr 02:00:00:00:00:01 dev guess nud permanent");

        assertThatThrownBy(() -> ping(stranger, "10.1.0.1")).hasMessageContaining("0 received");
        assertThat(received(app)).isZero();

        // the same stranger as a peer: it was the guard alone that has kept it out
        try (var admitted = one.guard.admit(InetAddress.ofLiteral("192.168.80.2"))) {
            assertThat(admitted).isNotNull();
            assertThatThrownBy(() -> ping(stranger, "10.1.0.1")).hasMessageContaining("0 received");
            assertThat(received(app)).isPositive();
        }
        wire.close();
        try (var nftables = Nftables.open(here)) {
            assertThat(nftables.elements(Table.inet("nsm4j-vxlan-4789"), new AddressSet("peers4", false)))
                    .isEmpty();
        }
    }

    @Test
    void the_link_that_holds_the_port_lets_nobody_in_and_goes_with_the_last_wire() {
        var here = node("wires-a");
        var peer = node("wires-b");
        Wiring.join(here, peer, "192.168.82", 1500);
        var one = started(here, "192.168.82.1", 1500);
        var port = VxlanPort.hold(one.node, one.underlay);
        var link = one.node.network().link("nsm-vxlan-4789").orElseThrow();
        var app = namespaces.create("wires-app");
        var wire = one.plumbing.plug(remote("c1", end(app, 1450, CLIENT, ENDPOINT), 77, "192.168.82.2"));

        // a node that a wire leads to, and may send, knocks at the network that no wire has
        Namespaces.ip(
                peer, "link add guess type vxlan id 0 local 192.168.82.2 remote 192.168.82.1 dstport 4789 dev under");
        Namespaces.ip(peer, "addr add 10.9.0.2/24 dev guess");
        Namespaces.ip(peer, "link set guess up");
        Namespaces.ip(peer, "neigh add 10.9.0.1 lladdr " + link.mac() + " dev guess nud permanent");
        assertThatThrownBy(() -> ping(peer, "10.9.0.1")).hasMessageContaining("0 received");
        assertThat(Namespaces.inside(here, "cat /sys/class/net/nsm-vxlan-4789/statistics/rx_packets")
                        .strip())
                .isEqualTo("0");

        port.close();
        assertThat(one.node.network().link("nsm-vxlan-4789"))
                .as("a wire stands")
                .contains(link);
        assertThat(VxlanPort.hold(one.node, one.underlay)).isNotNull();
        assertThat(one.node.network().link("nsm-vxlan-4789"))
                .as("what the last process left is taken up")
                .contains(link);
        wire.close();
        one.reaper.settle();
        port.close();
        assertThat(one.node.network().link("nsm-vxlan-4789")).isEmpty();
    }

    private static long received(Netns netns) {
        return Long.parseLong(Namespaces.inside(netns, "cat /sys/class/net/nsm-1/statistics/rx_packets")
                .strip());
    }

    @Test
    void says_that_another_program_has_the_port_and_leaves_all_as_it_was() {
        var here = node("wires-a");
        var there = node("wires-b");
        Wiring.join(here, there, "192.168.81", 1500);
        var one = started(here, "192.168.81.1", 1500);
        var app = namespaces.create("wires-app");
        Namespaces.ip(here, "link add ext type vxlan external dstport 4789");
        Namespaces.ip(here, "link set ext up");
        var before = state(app, here);

        assertThatThrownBy(() -> one.plumbing.plug(remote("c1", end(app, 1450, CLIENT, ENDPOINT), 77, "192.168.81.2")))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.CONFLICT))
                .hasMessageContaining("UDP 4789 is used by another program");
        one.reaper.settle();
        assertThat(state(app, here)).isEqualTo(before);
    }

    @Test
    void says_so_when_a_socket_has_the_port() throws Exception {
        var here = node("wires-a");
        var there = node("wires-b");
        Wiring.join(here, there, "192.168.82", 1500);
        var one = started(here, "192.168.82.1", 1500);
        var app = namespaces.create("wires-app");
        var before = state(app, here);
        try (var socket = ChannelsInside.datagram(one.node.netns())) {
            socket.bind(new InetSocketAddress(4789));
            assertThatThrownBy(
                            () -> one.plumbing.plug(remote("c1", end(app, 1450, CLIENT, ENDPOINT), 77, "192.168.82.2")))
                    .hasMessageContaining("UDP 4789 is used by another program");
        }
        one.reaper.settle();
        assertThat(state(app, here)).isEqualTo(before);
        one.plumbing.plug(remote("c1", end(app, 1450, CLIENT, ENDPOINT), 77, "192.168.82.2"));
    }

    private Netns node(String purpose) {
        return namespaces.create(purpose);
    }

    private TestNode started(Netns netns, String address, int mtu) {
        var started = new TestNode(netns, address, mtu);
        nodes.push(started);
        return started;
    }
}
