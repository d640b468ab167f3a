package org.nsm4j.functions.vpn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.Sysctl;
import org.nsm4j.linux.socket.Ping;
import org.nsm4j.linux.wireguard.UserspaceWireguard;

/** The stories with wireguard-go where the kernel has no WireGuard, and what only a program can do: end. */
@Tag("kernel")
final class VpnGatewayTest extends VpnStories {
    /** The target is 0.1 s; here on a machine that does other things too. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private static WireguardProgram program(VpnWorld world) {
        return new WireguardProgram(world.gateway, world.vpn.tunnel().name(), world.scheduler);
    }

    @Test
    void the_next_process_adopts_the_tunnel_without_losing_a_packet() {
        var a = namespaces.create("vpn-a");
        try (var world = new VpnWorld(namespaces)) {
            world.open();
            world.plug(a, "one", "wa");
            assertThat(VpnWorld.answers(a, VpnWorld.WEB)).isTrue();
            long pid = program(world).find().orElseThrow().pid();
            world.vpn.close();
            var next = world.nextProcess();
            try (var open = a.open();
                    var ping = Ping.open(open, Cidr.parseAddress(VpnWorld.WEB))) {
                for (int i = 0; i < 40; i++) {
                    if (i == 10) {
                        next.open();
                    }
                    assertThat(ping.probe(Duration.ofSeconds(1)))
                            .as("ping %d", i)
                            .isPresent();
                }
            }
            assertThat(program(world).find().orElseThrow().pid()).isEqualTo(pid);
            assertThat(next.health()).extracting(TunnelHealth::state).containsExactly(TunnelHealth.State.OK);
            next.close();
        }
    }

    @Test
    void it_outlives_the_jvm_that_started_it() throws Exception {
        try (var world = new VpnWorld(namespaces)) {
            var java = ProcessHandle.current().info().command().orElseThrow();
            var owner = new ProcessBuilder(
                            java,
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                            TunnelOwner.class.getName(),
                            world.gateway.path(),
                            world.vpn.tunnel().name())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(owner.inputReader().readLine()).isEqualTo("open");
            long pid = program(world).find().orElseThrow().pid();
            owner.destroyForcibly().waitFor();
            assertThat(program(world).find().orElseThrow().pid()).isEqualTo(pid);
            world.vpn.open();
            assertThat(program(world).find().orElseThrow().pid()).isEqualTo(pid);
        }
    }

    @Test
    void a_killed_wireguard_go_is_started_again_on_the_same_tun() throws Exception {
        var a = namespaces.create("vpn-a");
        try (var world = new VpnWorld(namespaces)) {
            world.open();
            world.plug(a, "one", "wa");
            assertThat(VpnWorld.answers(a, VpnWorld.WEB)).isTrue();
            var killed = program(world).find().orElseThrow();
            var index = namespacesLink(world);
            killed.destroyForcibly();
            killed.onExit().get(10, TimeUnit.SECONDS);
            assertThat(VpnWorld.answers(a, VpnWorld.WEB)).isTrue();
            assertThat(program(world).find().orElseThrow().pid()).isNotEqualTo(killed.pid());
            assertThat(namespacesLink(world)).isEqualTo(index);
        }
    }

    @Test
    void while_wireguard_go_is_killed_packets_stay_away_for_a_moment_and_none_leaves_in_clear() {
        var a = namespaces.create("vpn-a");
        var spy = namespaces.create("vpn-spy");
        try (var world = new VpnWorld(namespaces)) {
            // whatever the tunnel does not take would go by the default route, and that leads to the spy
            Namespaces.ip(world.gateway, "link add clear0 type veth peer name clear0 netns " + Namespaces.nameOf(spy));
            for (var netns : List.of(world.gateway, spy)) {
                withoutIpv6(netns);
                Namespaces.ip(netns, "link set clear0 up");
            }
            Namespaces.ip(world.gateway, "addr add 192.0.2.1/30 dev clear0");
            Namespaces.ip(world.gateway, "neigh add 192.0.2.2 lladdr 02:00:00:00:00:01 nud permanent dev clear0");
            Namespaces.ip(world.gateway, "route replace default via 192.0.2.2");
            world.open();
            world.plug(a, "one", "wa");
            assertThat(VpnWorld.answers(a, VpnWorld.WEB)).isTrue();

            var killed = program(world).find().orElseThrow();
            assertThat(gapOf(a, killed::destroyForcibly)).isLessThan(SOON);

            assertThat(received(spy)).isZero();
            world.vpn.remove();
            assertThat(VpnWorld.isSilent(a, VpnWorld.WEB)).isTrue();
            assertThat(received(spy))
                    .as("the spy sees what nobody keeps from it")
                    .isPositive();
        }
    }

    /** Which would join groups as soon as it is up. */
    private static void withoutIpv6(Netns netns) {
        try (var open = netns.open()) {
            Sysctl.write(open, "net/ipv6/conf/clear0/disable_ipv6", "1");
        }
    }

    /** The longest time between two answers of the company around an event. */
    private static Duration gapOf(Netns client, Runnable event) {
        try (var open = client.open();
                var ping = Ping.open(open, Cidr.parseAddress(VpnWorld.WEB))) {
            long last = System.nanoTime();
            long gap = 0;
            for (int answers = 0; answers < 40; ) {
                if (ping.probe(Duration.ofMillis(5)).isPresent()) {
                    gap = Math.max(gap, System.nanoTime() - last);
                    last = System.nanoTime();
                    answers++;
                    if (answers == 10) {
                        event.run();
                    }
                }
                assertThat(Duration.ofNanos(System.nanoTime() - last)).isLessThan(Duration.ofSeconds(10));
            }
            return Duration.ofNanos(gap);
        }
    }

    private static long received(Netns netns) {
        return Long.parseLong(Namespaces.inside(netns, "cat /sys/class/net/clear0/statistics/rx_packets")
                .strip());
    }

    private static int namespacesLink(VpnWorld world) {
        try (var network = org.nsm4j.linux.net.Network.open(world.gateway)) {
            return network.link(world.vpn.tunnel().name()).orElseThrow().index();
        }
    }

    @Test
    void the_socket_of_a_dead_program_does_not_stop_the_next() throws IOException {
        try (var world = new VpnWorld(namespaces)) {
            var socket = UserspaceWireguard.socket(world.vpn.tunnel().name());
            Files.createDirectories(socket.getParent());
            try (var dead = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
                dead.bind(java.net.UnixDomainSocketAddress.of(socket));
            }
            assertThat(socket).exists();
            world.vpn.open();
            assertThat(world.vpn.tunnel().peers()).hasSize(1);
        }
    }

    @Test
    void remove_leaves_nothing_and_ends_no_program_but_its_own() {
        try (var world = new VpnWorld(namespaces);
                var other = new VpnWorld(namespaces)) {
            world.vpn.open();
            other.vpn.open();
            world.ask("one", "wa");
            world.vpn.remove();
            assertThat(program(world).find()).isEmpty();
            assertThat(UserspaceWireguard.socket(world.vpn.tunnel().name())).doesNotExist();
            assertThat(VpnWorld.state(world.gateway, world.vpn)).doesNotContain("wg-", "5200");
            assertThat(program(other).find()).isPresent();
        }
    }

    @Test
    void a_socket_of_another_namespaces_program_is_a_conflict_and_it_lives_on() {
        try (var world = new VpnWorld(namespaces)) {
            world.vpn.open();
            var elsewhere =
                    new WireguardProgram(world.company, world.vpn.tunnel().name(), world.scheduler);
            assertThatThrownBy(elsewhere::start)
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> assertThat(refused.reason()).isEqualTo(Refused.Reason.CONFLICT));
            elsewhere.end();
            assertThat(program(world).find()).isPresent();
        }
    }

    @Test
    void it_runs_in_a_session_of_its_own() throws IOException {
        try (var world = new VpnWorld(namespaces)) {
            world.vpn.open();
            long pid = program(world).find().orElseThrow().pid();
            var stat = Files.readString(java.nio.file.Path.of("/proc/" + pid + "/stat"));
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            assertThat(fields[3]).as("session").isEqualTo(Long.toString(pid));
        }
    }
}
