package org.nsm4j.dataplane.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.nsm4j.dataplane.wire.Wiring.end;
import static org.nsm4j.dataplane.wire.Wiring.local;
import static org.nsm4j.dataplane.wire.Wiring.owner;
import static org.nsm4j.dataplane.wire.Wiring.ping;
import static org.nsm4j.dataplane.wire.Wiring.place;
import static org.nsm4j.dataplane.wire.Wiring.remote;
import static org.nsm4j.dataplane.wire.Wiring.state;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.NewLink;
import org.nsm4j.linux.netns.NamedNetns;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;

/** Wires that change, make room for others, come back, and end where nobody expects it. */
@Tag("kernel")
final class ReplacementTest {
    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    private TestNode node;

    @BeforeEach
    void start() {
        node = new TestNode(namespaces.create("wires-node"), "192.168.70.1", 1500);
    }

    private KernelPlumbing plumbing() {
        return node.plumbing;
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private Netns app() {
        return namespaces.create("wires-app");
    }

    @Test
    void changes_addresses_routes_and_mtu_in_place_and_leaves_nothing_of_the_old() {
        var app = app();
        var vpn = app();
        var wire = plumbing().plug(local("c1", app, vpn));
        var link = Namespaces.ip(app, "-o link show nsm-1").split(":")[0];

        wire.change(new Wire.Local(
                owner("c1"),
                end(app, 1300, List.of("10.9.0.1/32"), List.of("10.9.0.2/32")),
                end(vpn, 1300, List.of("10.9.0.2/32"), List.of("10.9.0.1/32"))));

        assertThat(ping(app, "10.9.0.2")).contains("1 received");
        assertThat(Namespaces.ip(app, "-o link show nsm-1"))
                .startsWith(link + ":")
                .contains("mtu 1300");
        assertThat(state(app, vpn)).doesNotContain("10.1.0.");
    }

    @Test
    void changes_the_hardware_address_and_permanent_neighbours() {
        var app = app();
        var vpn = app();
        var wire = plumbing().plug(local("c1", app, vpn));
        var plain = end(app, 1400, List.of("10.1.0.1/32"), List.of("10.1.0.2/32"));
        var endpoint = end(vpn, 1400, List.of("10.1.0.2/32"), List.of("10.1.0.1/32"));

        wire.change(new Wire.Local(
                owner("c1"), with(plain, "02:00:00:00:00:07", "10.1.0.2", "02:00:00:00:00:08"), endpoint));
        assertThat(Namespaces.ip(app, "-o link show nsm-1")).contains("02:00:00:00:00:07");
        assertThat(Namespaces.ip(app, "neigh show dev nsm-1")).contains("10.1.0.2 lladdr 02:00:00:00:00:08 PERMANENT");

        wire.change(new Wire.Local(owner("c1"), plain, endpoint));
        assertThat(Namespaces.ip(app, "neigh show dev nsm-1")).doesNotContain("PERMANENT");
    }

    /** The same wire, its endpoint's namespace found by another path. */
    private static Wire.Local elsewhere(Netns app, Netns vpn) {
        return new Wire.Local(
                owner("c1"),
                end(app, 1400, List.of("10.1.0.1/32"), List.of("10.1.0.2/32")),
                Wiring.named(
                        "nsm-1", new Place("/var" + vpn.path()), 1400, List.of("10.1.0.2/32"), List.of("10.1.0.1/32")));
    }

    @Test
    void a_wire_over_the_same_links_keeps_them_when_the_one_before_it_goes() {
        var app = app();
        var vpn = app();
        var wire = plumbing().plug(local("c1", app, vpn));
        var before = state(app, vpn);

        var other = wire.replaceBy(elsewhere(app, vpn));
        wire.close();
        assertThat(state(app, vpn)).isEqualTo(before);

        other.close();
        assertThat(Namespaces.ip(app, "addr")).doesNotContain("10.1.0.1");
    }

    @Test
    void a_wire_keeps_its_links_when_the_one_that_took_them_over_is_called_off() {
        var app = app();
        var vpn = app();
        var wire = plumbing().plug(local("c1", app, vpn));
        var before = state(app, vpn);

        wire.replaceBy(elsewhere(app, vpn)).close();
        assertThat(state(app, vpn)).isEqualTo(before);

        wire.close();
        assertThat(Namespaces.ip(app, "addr")).doesNotContain("10.1.0.1");
    }

    private static End with(End end, String mac, String neighbour, String lladdr) {
        var neighbor = new Context.Neighbor(InetAddress.ofLiteral(neighbour), lladdr);
        return new End(
                end.place(), end.name(), mac, end.mtu(), end.addresses(), end.routes(), List.of(neighbor), false);
    }

    @Test
    void a_refused_change_leaves_both_ends_as_they_were() {
        var app = app();
        var vpn = app();
        var wire = plumbing().plug(local("c1", app, vpn));
        Namespaces.ip(vpn, "link add eth7 type veth peer name eth8");
        Namespaces.ip(vpn, "addr add 10.9.0.2/32 dev eth7");
        var before = state(app, vpn);

        assertThatThrownBy(() -> wire.change(new Wire.Local(
                        owner("c1"),
                        end(app, 1300, List.of("10.9.0.1/32"), List.of("10.9.0.2/32")),
                        end(vpn, 1300, List.of("10.9.0.2/32"), List.of("10.9.0.1/32")))))
                .hasMessageContaining("collides");
        assertThatThrownBy(() -> wire.change(new Wire.Local(
                        owner("c1"),
                        end(app, 1300, List.of("10.9.0.1/32"), List.of("10.9.0.3/32")),
                        end(vpn, 1, List.of("10.9.0.3/32"), List.of("10.9.0.1/32")))))
                .isInstanceOf(Refused.class);
        assertThat(state(app, vpn)).isEqualTo(before);
    }

    @Test
    void moves_a_client_to_another_endpoint_under_the_same_name_and_then_lets_the_old_wire_go() {
        var app = app();
        var vpn = app();
        var other = app();
        var untouched = state(vpn);
        var old = plumbing().plug(local("c1", app, vpn));

        var next = old.replaceBy(local("c1", app, other));

        assertThat(ping(app, "10.1.0.2")).contains("1 received");
        assertThat(Namespaces.ip(other, "-o link show nsm-1")).contains("alias nsm4j:2:c1:node-a");
        old.close();
        node.reaper.settle();
        assertThat(ping(app, "10.1.0.2")).contains("1 received");
        assertThat(state(vpn)).isEqualTo(untouched);
        next.close();
        node.reaper.settle();
        assertThat(Namespaces.ip(app, "-o link show")).doesNotContain("veth");
    }

    @Test
    void brings_the_old_wire_back_when_its_successor_is_given_up() {
        var app = app();
        var vpn = app();
        var other = app();
        var old = plumbing().plug(local("c1", app, vpn));
        var before = state(app, vpn, other);

        old.replaceBy(local("c1", app, other)).close();

        node.reaper.settle();
        assertThat(state(app, vpn, other)).isEqualTo(before);
        assertThat(ping(app, "10.1.0.2")).contains("1 received");
    }

    /** A client that never heard that it has moved asks for what it knows. */
    @Test
    void a_wire_that_made_room_takes_its_place_back_when_its_client_asks_for_it_again() {
        var app = app();
        var vpn = app();
        var other = app();
        var old = plumbing().plug(local("c1", app, vpn));
        var before = state(app, vpn);
        var next = old.replaceBy(local("c2", app, other));

        var again = next.replaceBy(local("c1", app, vpn));
        old.close();
        node.reaper.settle();
        assertThat(ping(app, "10.1.0.2")).contains("1 received");
        next.close();
        node.reaper.settle();
        assertThat(ping(app, "10.1.0.2")).contains("1 received");
        assertThat(Namespaces.ip(other, "-o link show")).doesNotContain("nsm-1");

        again.close();
        node.reaper.settle();
        assertThat(state(app, vpn)).isNotEqualTo(before);
        assertThat(Namespaces.ip(app, "-o link show")).doesNotContain("nsm-1");
    }

    @Test
    void the_old_wire_stands_when_its_successor_cannot_be_furnished() {
        var app = app();
        var vpn = app();
        var other = app();
        var old = plumbing().plug(local("c1", app, vpn));
        var before = state(app, vpn, other);
        var route = new End.Hopped(Cidr.parse("10.1.0.2/32"), null);
        var twice = end(app, 1400, List.of("10.1.0.1/32"), List.of());
        var broken =
                new End(twice.place(), "nsm-1", "", 1400, twice.addresses(), List.of(route, route), List.of(), false);

        assertThatThrownBy(() -> old.replaceBy(local("c1", broken, other))).isInstanceOf(Refused.class);

        node.reaper.settle();
        assertThat(state(app, vpn, other)).isEqualTo(before);
        assertThat(ping(app, "10.1.0.2")).contains("1 received");
    }

    @Test
    void moves_a_tunnel_with_its_number_to_another_namespace() {
        var first = app();
        var second = app();
        Namespaces.ip(node.netns, "link add under type veth peer name other");
        Namespaces.ip(node.netns, "addr add 192.168.70.1/24 dev under");
        Namespaces.ip(node.netns, "link set under up");
        var untouched = state(first);
        var own = List.of("10.1.0.1/32");
        var old = node.plumbing.plug(remote("c1", end(first, 1450, own, List.of()), 77, "192.168.70.2"));

        var next = old.replaceBy(remote("c1", end(second, 1450, own, List.of()), 77, "192.168.70.2"));

        old.close();
        assertThat(Namespaces.ip(second, "-d -o link show nsm-1")).contains("vxlan id 77");
        assertThat(state(first)).isEqualTo(untouched);
        next.close();
    }

    @Test
    void close_does_not_touch_a_namespace_that_has_taken_the_path_over() {
        var app = app();
        var vpn = app();
        var wire = plumbing().plug(local("c1", app, vpn));
        var name = Namespaces.nameOf(app);
        NamedNetns.delete(name);
        NamedNetns.create(name);
        Namespaces.ip(app, "link add nsm-1 type veth peer name other");
        Namespaces.ip(app, "link set nsm-1 alias nsm4j:1:c1:node-a");
        Namespaces.ip(app, "link set nsm-1 up");
        Namespaces.ip(app, "addr add 10.1.0.1/32 dev nsm-1");
        var before = state(app);

        wire.close();

        node.reaper.settle();
        assertThat(state(app)).isEqualTo(before);
        assertThat(Namespaces.ip(vpn, "-o link show")).doesNotContain("veth");
    }

    @Test
    void close_reaches_a_namespace_that_lives_on_without_its_path() {
        var app = app();
        var vpn = app();
        var wire = plumbing().plug(local("c1", app, vpn));
        try (var held = app.open();
                var network = Network.open(held)) {
            NamedNetns.delete(Namespaces.nameOf(app));

            wire.close();

            assertThat(network.link("nsm-1")).isEmpty();
        }
    }

    @Test
    void close_succeeds_twice_and_when_both_namespaces_are_gone() {
        var app = app();
        var vpn = app();
        var wire = plumbing().plug(local("c1", app, vpn));
        NamedNetns.delete(Namespaces.nameOf(app));
        NamedNetns.delete(Namespaces.nameOf(vpn));

        wire.close();
        wire.close();
    }

    @Test
    void a_restart_finds_every_link_without_entering_and_deletes_what_was_laid_off() {
        var app = app();
        var vpn = app();
        plumbing().plug(local("c1", app, vpn));
        try (var network = Network.open(app)) {
            network.change()
                    .addLink(new NewLink.OfKind(LinkSettings.named("gone1").group(Reaper.GROUP), "bridge"))
                    .addLink(new NewLink.OfKind(LinkSettings.named("half").group(Fitting.GROUP), "bridge"))
                    .commit();
        }

        var restarted = new TestNode(node.netns, "192.168.70.1", 1500);
        try {
            var inventory = new Inventory(restarted.node);
            assertThat(inventory.links())
                    .extracting(each -> each.link().name() + " " + each.state() + " "
                            + each.owner().map(Owner::alias).orElse("-"))
                    .containsExactlyInAnyOrder(
                            "nsm-1 STANDS nsm4j:1:c1:node-a",
                            "nsm-1 STANDS nsm4j:1:c1:node-a",
                            "gone1 LAID_OFF -",
                            "half UNFINISHED -");
            assertThat(inventory.reap(restarted.reaper)).isEqualTo(1);
            restarted.reaper.settle();
            inventory.links().stream()
                    .filter(each -> each.state() == Inventory.State.UNFINISHED)
                    .forEach(inventory::delete);
            assertThat(inventory.links()).extracting(each -> each.link().name()).containsOnly("nsm-1");
            restarted.plumbing.plug(local("c1", app, vpn)).close();
            restarted.reaper.settle();
            assertThat(inventory.links()).isEmpty();
        } finally {
            restarted.close();
        }
    }

    @Test
    void an_odd_or_long_connection_id_is_adopted_again_by_its_digest() {
        var app = app();
        var vpn = app();
        var id = "é:".repeat(120);
        plumbing().plug(local(id, app, vpn));
        var before = state(app, vpn);

        node.plumbing.plug(local(id, app, vpn));

        assertThat(state(app, vpn)).isEqualTo(before);
        assertThatThrownBy(() -> node.plumbing.plug(local("other", app, vpn)))
                .hasMessageContaining("taken by connection ~");
        assertThat(place(app).toString()).isEqualTo(app.path());
    }
}
