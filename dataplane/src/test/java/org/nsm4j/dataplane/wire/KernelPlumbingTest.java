package org.nsm4j.dataplane.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;

/** Wires on the real kernel, seen with the eyes of {@code ip} and {@code ping}. */
@Tag("kernel")
final class KernelPlumbingTest {
    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    private final LiveScheduler scheduler = new LiveScheduler();
    private final Node node = Node.own();
    private final Reaper reaper = new Reaper(node, scheduler);
    private final KernelPlumbing plumbing = new KernelPlumbing(node, null, PeerGuard.OPEN, reaper);

    @AfterEach
    void stop() {
        reaper.close();
        scheduler.close();
        node.close();
    }

    @Test
    void joins_two_workloads_and_close_leaves_both_as_they_were() {
        var app = namespaces.create("plumb-app");
        var vpn = namespaces.create("plumb-vpn");
        var before = state(app) + state(vpn);

        var wire = plumbing.plug(local("c1", app, vpn, "10.1.0.1/32", "10.1.0.2/32"));

        assertThat(Namespaces.inside(app, "ping -c 1 -W 2 10.1.0.2")).contains("1 received");
        assertThat(Namespaces.ip(app, "-o link show nsm-1")).contains("alias nsm4j:1:c1:node-a");
        wire.close();
        reaper.settle();
        assertThat(state(app) + state(vpn)).isEqualTo(before);
    }

    @Test
    void carries_ipv6_into_a_workload_that_has_ipv6_switched_off() {
        var app = namespaces.create("plumb-app");
        var vpn = namespaces.create("plumb-vpn");
        Namespaces.inside(app, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");

        plumbing.plug(local("c1", app, vpn, "fd00:1::1/128", "fd00:1::2/128"));

        assertThat(Namespaces.inside(app, "ping -c 1 -W 2 fd00:1::2")).contains("1 received");
    }

    @Test
    void lets_programs_without_privileges_ping_unless_somebody_has_said_who_may() {
        var app = namespaces.create("plumb-app");
        var vpn = namespaces.create("plumb-vpn");
        Namespaces.inside(vpn, "sysctl -qw net.ipv4.ping_group_range=7\t9");

        plumbing.plug(local("c1", app, vpn, "10.1.0.1/32", "10.1.0.2/32"));

        assertThat(Namespaces.inside(app, "sysctl -n net.ipv4.ping_group_range"))
                .isEqualToIgnoringWhitespace("0 2147483647");
        assertThat(Namespaces.inside(vpn, "sysctl -n net.ipv4.ping_group_range"))
                .isEqualToIgnoringWhitespace("7 9");
    }

    @Test
    void adopts_a_wire_that_is_already_there_without_writing_anything() {
        var app = namespaces.create("plumb-app");
        var vpn = namespaces.create("plumb-vpn");
        plumbing.plug(local("c1", app, vpn, "10.1.0.1/32", "10.1.0.2/32"));
        var before = indices(app) + indices(vpn);
        var monitor = Monitor.start(app);

        plumbing.plug(local("c1", app, vpn, "10.1.0.1/32", "10.1.0.2/32"));

        assertThat(indices(app) + indices(vpn)).isEqualTo(before);
        assertThat(monitor.stop()).isEmpty();
    }

    @Test
    void repairs_an_address_and_a_route_that_somebody_deleted() {
        var app = namespaces.create("plumb-app");
        var vpn = namespaces.create("plumb-vpn");
        var wire = plumbing.plug(local("c1", app, vpn, "10.1.0.1/32", "10.1.0.2/32"));
        Namespaces.ip(app, "addr flush dev nsm-1");
        Namespaces.ip(vpn, "route flush dev nsm-1");

        wire.change(local("c1", app, vpn, "10.1.0.1/32", "10.1.0.2/32"));

        assertThat(Namespaces.inside(app, "ping -c 1 -W 2 10.1.0.2")).contains("1 received");
    }

    @Test
    void refuses_a_name_that_the_workload_uses_and_changes_nothing() {
        var app = namespaces.create("plumb-app");
        var vpn = namespaces.create("plumb-vpn");
        Namespaces.ip(app, "link add nsm-1 type veth peer name other");
        var before = state(app) + state(vpn);

        assertThatThrownBy(() -> plumbing.plug(local("c1", app, vpn, "10.1.0.1/32", "10.1.0.2/32")))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("nsm-1")
                .hasMessageContaining("taken by a veth link");
        assertThat(state(app) + state(vpn)).isEqualTo(before);
    }

    @Test
    void refuses_an_address_and_a_route_that_collide_and_names_both() {
        var app = namespaces.create("plumb-app");
        var vpn = namespaces.create("plumb-vpn");
        Namespaces.ip(app, "link add eth7 type veth peer name eth8");
        Namespaces.ip(app, "link set eth7 up");
        Namespaces.ip(app, "addr add 10.1.0.1/24 dev eth7");
        Namespaces.ip(app, "route add 10.2.0.2/32 dev eth7");
        var before = state(app) + state(vpn);

        assertThatThrownBy(() -> plumbing.plug(local("c1", app, vpn, "10.1.0.1/32", "10.9.0.2/32")))
                .hasMessageContaining("10.1.0.1/32 for nsm-1 collides with 10.1.0.1/24 on eth7");
        assertThatThrownBy(() -> plumbing.plug(local("c1", app, vpn, "10.9.0.1/32", "10.2.0.2/32")))
                .hasMessageContaining("10.2.0.2/32 for nsm-1 collides with the route to 10.2.0.2/32 on eth7");
        assertThat(state(app) + state(vpn)).isEqualTo(before);
    }

    @Test
    void refuses_client_and_endpoint_in_one_namespace_and_a_namespace_that_does_not_exist() {
        var app = namespaces.create("plumb-app");

        assertThatThrownBy(() -> plumbing.plug(local("c1", app, app, "10.1.0.1/32", "10.1.0.2/32")))
                .hasMessageContaining("expected: two network namespaces");
        assertThatThrownBy(() -> plumbing.plug(
                        local("c1", app, new Netns("/run/netns/plumb-nowhere"), "10.1.0.1/32", "10.1.0.2/32")))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NOT_FOUND));
    }

    @Test
    void takes_the_pair_away_again_when_the_second_end_cannot_be_furnished() {
        var app = namespaces.create("plumb-app");
        var vpn = namespaces.create("plumb-vpn");
        var before = state(app) + state(vpn);
        var owner = owner("c1");
        var route = new End.Hopped(cidr("10.1.0.1/32"), null);
        var twice = new End(
                place(vpn), "nsm-1", "", 0, List.of(cidr("10.1.0.2/32")), List.of(route, route), List.of(), false);
        var client = new End(place(app), "nsm-1", "", 0, List.of(cidr("10.1.0.1/32")), List.of(), List.of(), false);

        assertThatThrownBy(() -> plumbing.plug(new Wire.Local(owner, client, twice)))
                .isInstanceOf(Refused.class);
        reaper.settle();
        assertThat(state(app) + state(vpn)).isEqualTo(before);
    }

    @Test
    void carries_a_tunnel_between_two_nodes_whose_packets_leave_through_the_node() throws Exception {
        var here = new Underlay("lo", InetAddress.ofLiteral("127.0.0.1"), 1500, 14789);
        var plumbed = new KernelPlumbing(node, here, PeerGuard.OPEN, reaper);
        var app = namespaces.create("plumb-app");
        var before = state(app);

        var wire = plumbed.plug(remote(app, "c1", 77_001, here));
        assertThat(Namespaces.ip(app, "-d -o link show nsm-1"))
                .contains("vxlan id 77001 remote 127.0.0.2 local 127.0.0.1", "dstport 14789", "mtu 1450");
        assertThatThrownBy(() -> plumbed.plug(remote(app, "c2", 77_001, here))).isInstanceOf(Refused.class);
        var other = namespaces.create("plumb-other");
        assertThatThrownBy(() -> plumbed.plug(remote(other, "c3", 77_001, here)))
                .isInstanceOf(Plumbing.VniTaken.class);
        wire.close();
        reaper.settle();
        assertThat(state(app)).isEqualTo(before);
    }

    private static Wire.Remote remote(Netns app, String id, int vni, Underlay here) {
        var end = new End(
                place(app), "nsm-1", "", here.vxlanMtu(), List.of(cidr("10.1.0.1/32")), List.of(), List.of(), false);
        return new Wire.Remote(owner(id), end, new Wire.Tunnel(vni, InetAddress.ofLiteral("127.0.0.2"), here.port()));
    }

    private static Wire.Local local(String id, Netns client, Netns endpoint, String src, String dst) {
        return new Wire.Local(owner(id), end(client, src, dst), end(endpoint, dst, src));
    }

    private static End end(Netns netns, String own, String other) {
        return new End(
                place(netns),
                "nsm-1",
                "",
                1400,
                List.of(cidr(own)),
                End.routes(List.of(cidr(own)), List.of(cidr(other)), List.of()),
                List.of(),
                false);
    }

    private static Owner owner(String id) {
        return new Owner("node-a", new ConnectionId(id), 1);
    }

    private static Place place(Netns netns) {
        return new Place(netns.path());
    }

    private static Cidr cidr(String text) {
        return Cidr.parse(text);
    }

    /** Everything that ip shows of a namespace, so that before and after can be held against each other. */
    private static String state(Netns netns) {
        return Namespaces.ip(netns, "-d link show")
                + Namespaces.ip(netns, "addr show")
                + Namespaces.ip(netns, "route show table all")
                + Namespaces.ip(netns, "-6 route show table all")
                + Namespaces.ip(netns, "rule show")
                + Namespaces.ip(netns, "neigh show");
    }

    private static String indices(Netns netns) {
        return Namespaces.ip(netns, "-o link show nsm-1");
    }
}
