package org.nsm4j.functions.vpn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.socket.ChannelsInside;

/** What a gateway promises, whoever carries its tunnel. */
abstract class VpnStories {
    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    @Test
    void a_client_reaches_the_company_and_nobody_else() throws IOException {
        var a = namespaces.create("vpn-a");
        var b = namespaces.create("vpn-b");
        try (var world = new VpnWorld(namespaces)) {
            world.open();
            var first = world.plug(a, "one", "wa");
            var second = world.plug(b, "two", "wb");

            assertThat(VpnWorld.answers(a, VpnWorld.WEB)).isTrue();
            assertThat(VpnWorld.answers(a, VpnWorld.WEB6)).isTrue();
            assertThat(VpnWorld.answers(b, VpnWorld.WEB)).isTrue();
            assertThat(speaks(a, world.company, VpnWorld.WEB)).isTrue();
            assertThat(speaks(a, world.company, VpnWorld.WEB6)).isTrue();
            assertThat(world.vpn.health()).extracting(TunnelHealth::state).containsOnly(TunnelHealth.State.OK);

            everythingTowards(a, first);
            for (var address : second.context().ip().srcAddresses()) {
                assertThat(VpnWorld.isSilent(a, address.address().getHostAddress()))
                        .as("other client %s", address)
                        .isTrue();
            }
            assertThat(VpnWorld.isSilent(a, VpnWorld.ELSEWHERE)).isTrue();
            assertThat(VpnWorld.isSilent(a, "203.0.113.2"))
                    .as("the uplink's peer")
                    .isTrue();
            assertThat(VpnWorld.isSilent(a, "203.0.113.1"))
                    .as("the gateway's own uplink")
                    .isTrue();
            assertThat(VpnWorld.isSilent(a, "10.99.0.2"))
                    .as("the gateway's tunnel address")
                    .isTrue();
            assertThat(VpnWorld.isSilent(a, "2001:db8::2")).isTrue();
        }
    }

    /** A client that sends everything to the gateway, whatever it was told. */
    private static void everythingTowards(Netns client, org.nsm4j.core.model.Connection connection) {
        for (var gateway : connection.context().ip().dstAddresses()) {
            VpnWorld.add(
                    client,
                    Cidr.parse(gateway.isIpv4() ? "0.0.0.0/0" : "::/0"),
                    "via " + gateway.address().getHostAddress() + " dev nsm0");
        }
    }

    @Test
    void a_spoofed_source_does_not_pass() {
        var a = namespaces.create("vpn-a");
        try (var world = new VpnWorld(namespaces)) {
            world.open();
            world.plug(a, "one", "wa");
            assertThat(VpnWorld.answers(a, VpnWorld.WEB)).isTrue();
            assertThat(VpnWorld.answers(a, VpnWorld.WEB6)).isTrue();
            assertThat(world.arrives(a, "172.16.1.1", VpnWorld.WEB))
                    .as("its own")
                    .isTrue();
            assertThat(world.arrives(a, "fd16::1", VpnWorld.WEB6)).as("its own").isTrue();

            Namespaces.ip(a, "addr add 172.16.1.77/32 dev nsm0");
            Namespaces.ip(a, "addr add fd16::77/128 dev nsm0 nodad");
            assertThat(world.arrives(a, "172.16.1.77", VpnWorld.WEB)).isFalse();
            assertThat(world.arrives(a, "fd16::77", VpnWorld.WEB6)).isFalse();
        }
    }

    @Test
    void hands_out_routes_name_servers_and_the_mtu_of_the_tunnel() {
        try (var world = new VpnWorld(namespaces)) {
            world.vpn.open();
            var context = world.ask("one", "wa").context();
            assertThat(context.ip().srcRoutes())
                    .contains(Context.Route.to(Cidr.parse("10.20.0.0/16")), Context.Route.to(Cidr.parse("fd20::/64")));
            assertThat(context.dns())
                    .containsExactly(
                            new Context.Dns(List.of(Cidr.parseAddress("10.20.0.53")), List.of("corp.example")));
            assertThat(context.mtu()).isEqualTo(1380);
            try (var network = Network.open(world.gateway)) {
                assertThat(network.link(world.vpn.tunnel().name()).orElseThrow().mtu())
                        .isEqualTo(1380);
            }
        }
    }

    @Test
    void a_further_client_is_refused_when_the_capacity_is_used_up_and_served_when_one_leaves() {
        try (var world = new VpnWorld(namespaces, "172.16.1.0/24", 1)) {
            world.vpn.open();
            var first = world.ask("one", "wa");
            assertThatThrownBy(() -> world.ask("two", "wb"))
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> assertThat(refused.reason()).isEqualTo(Refused.Reason.NO_CAPACITY));
            world.chain.close(first, Caller.SELF);
            assertThat(world.ask("two", "wb").context().ip().srcAddresses()).hasSize(2);
        }
    }

    @Test
    void a_further_client_is_refused_when_the_addresses_are_used_up() {
        try (var world = new VpnWorld(namespaces, "172.16.1.0/31", 10)) {
            world.vpn.open();
            world.ask("one", "wa");
            assertThatThrownBy(() -> world.ask("two", "wb"))
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> assertThat(refused.reason()).isEqualTo(Refused.Reason.NO_ADDRESS));
            assertThat(world.vpn.served()).isOne();
        }
    }

    @Test
    void a_close_takes_away_what_the_request_brought() {
        try (var world = new VpnWorld(namespaces)) {
            world.vpn.open();
            var before = VpnWorld.state(world.gateway, world.vpn);
            var answer = world.ask("one", "wa");
            assertThat(VpnWorld.state(world.gateway, world.vpn))
                    .contains("iif wa")
                    .isNotEqualTo(before);
            assertThat(keys(world)).hasSize(3);
            world.chain.close(answer, Caller.SELF);
            assertThat(VpnWorld.state(world.gateway, world.vpn)).isEqualTo(before);
            assertThat(keys(world)).isEmpty();
        }
    }

    private static List<org.nsm4j.linux.nft.LinkSet.Key> keys(VpnWorld world) {
        return new GatewayFilter(world.gateway, "wg", List.of(), List.of()).keys();
    }

    @Test
    void what_a_former_process_left_for_a_link_that_is_no_more_is_forgotten() {
        try (var world = new VpnWorld(namespaces)) {
            world.vpn.open();
            world.ask("one", "wa");
            Namespaces.ip(world.gateway, "link add wb type veth peer name wb-peer");
            world.ask("two", "wb");
            var next = world.nextProcess();
            next.open();
            next.close();
            assertThat(keys(world))
                    .extracting(key -> key.link())
                    .containsOnly("wb")
                    .hasSize(3);
            assertThat(Namespaces.ip(world.gateway, "rule show"))
                    .contains("iif wb")
                    .doesNotContain("iif wa");
        }
    }

    @Test
    void nothing_leaves_in_clear_when_the_tunnel_is_gone() {
        var a = namespaces.create("vpn-a");
        try (var world = new VpnWorld(namespaces)) {
            world.open();
            var answer = world.plug(a, "one", "wa");
            everythingTowards(a, answer);
            assertThat(VpnWorld.answers(a, VpnWorld.WEB)).isTrue();
            assertThat(VpnWorld.answers(a, VpnWorld.WEB6)).isTrue();
            world.vpn.tunnel().leave();
            Namespaces.ip(world.gateway, "link set " + world.vpn.tunnel().name() + " down");
            assertThat(world.arrives(a, "172.16.1.1", VpnWorld.WEB)).isFalse();
            assertThat(world.arrives(a, "fd16::1", VpnWorld.WEB6)).isFalse();
            world.vpn.tunnel().remove();
            assertThat(world.arrives(a, "172.16.1.1", VpnWorld.WEB)).isFalse();
            assertThat(world.arrives(a, "fd16::1", VpnWorld.WEB6)).isFalse();
        }
    }

    @Test
    void what_is_not_the_companys_is_refused_at_once() throws IOException {
        var a = namespaces.create("vpn-a");
        try (var world = new VpnWorld(namespaces)) {
            world.open();
            everythingTowards(a, world.plug(a, "one", "wa"));
            for (var address : List.of(VpnWorld.ELSEWHERE, "2001:db8::2")) {
                try (var open = a.open();
                        var channel = ChannelsInside.stream(open)) {
                    assertThatThrownBy(() -> channel.connect(new InetSocketAddress(InetAddress.ofLiteral(address), 80)))
                            .as(address)
                            .isInstanceOf(IOException.class)
                            .hasMessageMatching("(?i).*(unreachable|no route to host).*");
                }
            }
        }
    }

    /** Whether a TCP connection carries a byte there and back. */
    static boolean speaks(Netns from, Netns to, String address) throws IOException {
        try (var openFrom = from.open();
                var openTo = to.open();
                var server = ChannelsInside.server(openTo);
                var client = ChannelsInside.stream(openFrom)) {
            server.bind(new InetSocketAddress(Cidr.parseAddress(address), 8080));
            client.connect(new InetSocketAddress(Cidr.parseAddress(address), 8080));
            try (var accepted = server.accept()) {
                client.write(ByteBuffer.wrap(new byte[] {42}));
                var echo = ByteBuffer.allocate(1);
                accepted.read(echo);
                accepted.write(echo.flip());
                var answer = ByteBuffer.allocate(1);
                client.read(answer);
                return answer.get(0) == 42;
            }
        }
    }
}
