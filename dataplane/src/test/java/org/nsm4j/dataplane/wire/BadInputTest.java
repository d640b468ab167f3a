package org.nsm4j.dataplane.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.nsm4j.dataplane.wire.Wiring.end;
import static org.nsm4j.dataplane.wire.Wiring.local;
import static org.nsm4j.dataplane.wire.Wiring.owner;
import static org.nsm4j.dataplane.wire.Wiring.state;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.ffi.Libc;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;

/** What cannot be plugged is refused with its name and a cure, and everything is as it was: all that ip shows of it. */
@Tag("kernel")
final class BadInputTest {
    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    private TestNode node;
    private Netns app;
    private Netns vpn;

    @BeforeEach
    void start() {
        node = new TestNode(namespaces.create("wires-node"), "192.168.70.1", 1500);
        app = namespaces.create("wires-app");
        vpn = namespaces.create("wires-vpn");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private void refused(Wire wire, Refused.Reason reason, String... words) {
        var before = state(app, vpn, node.netns);
        assertThatThrownBy(() -> node.plumbing.plug(wire))
                .isInstanceOfSatisfying(
                        Refused.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason))
                .hasMessageContainingAll(words);
        node.reaper.settle();
        assertThat(state(app, vpn, node.netns)).isEqualTo(before);
    }

    @Test
    void a_name_that_the_endpoint_uses() {
        Namespaces.ip(vpn, "link add nsm-1 type bridge");
        refused(local("c1", app, vpn), Refused.Reason.CONFLICT, "nsm-1", vpn.path(), "taken by a bridge link");
    }

    @Test
    void a_name_that_another_connection_uses() {
        node.plumbing.plug(local("c1", app, vpn));
        refused(local("c2", app, vpn), Refused.Reason.CONFLICT, "nsm-1", "taken by connection c1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "lo", "eth0", "../x", "a b", "x%d", "sixteen-bytes-xx", "ü2345678901234x", "-x", "a/b", "."})
    void a_name_that_is_dangerous_or_too_long(String name) {
        assertThatThrownBy(() -> InterfaceName.check(name))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("interface name: \"" + name + "\"")
                .hasMessageContaining("expected");
    }

    @Test
    void a_namespace_that_does_not_exist() {
        refused(
                local("c1", app, new Netns("/run/netns/wires-nowhere")),
                Refused.Reason.NOT_FOUND,
                "/run/netns/wires-nowhere");
        refused(local("c1", new Netns("/proc/999999999/ns/net"), vpn), Refused.Reason.NOT_FOUND, "/proc/999999999");
    }

    @Test
    void a_file_that_is_no_network_namespace() {
        refused(local("c1", app, new Netns("/proc/self/ns/uts")), Refused.Reason.INVALID, "a network namespace");
        refused(local("c1", app, new Netns("/proc/self/status")), Refused.Reason.INVALID, "a network namespace");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "http://x",
                "file:///etc/passwd",
                "file:///run/netns/..",
                "file:///run/netns/../x",
                "file:///proc/1/root/run/netns/x"
            })
    void an_inode_url_that_leads_elsewhere(String url) {
        var mechanism = new Mechanism.Kernel(java.util.Map.of(Mechanism.INODE_URL, url));
        assertThatThrownBy(() -> Place.of(mechanism, PassedFiles.NONE))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("expected: file:///proc/PID/ns/net");
    }

    @Test
    void client_and_endpoint_in_one_namespace() {
        refused(local("c1", app, app), Refused.Reason.CONFLICT, app.path(), "expected: two network namespaces");
    }

    @Test
    void an_address_that_is_there_already() {
        Namespaces.ip(app, "link add eth7 type bridge");
        Namespaces.ip(app, "addr add 10.1.0.1/24 dev eth7");
        refused(local("c1", app, vpn), Refused.Reason.CONFLICT, "10.1.0.1/32 for nsm-1", "10.1.0.1/24 on eth7");
    }

    @Test
    void an_ipv6_address_that_is_there_already() {
        Namespaces.ip(vpn, "link add eth7 type bridge");
        Namespaces.ip(vpn, "addr add fd00::2/64 dev eth7 nodad");
        var wire = new Wire.Local(
                owner("c1"),
                end(app, 0, List.of("fd00::1/128"), List.of()),
                end(vpn, 0, List.of("fd00::2/128"), List.of()));
        refused(wire, Refused.Reason.CONFLICT, "/128 for nsm-1", "/64 on eth7");
    }

    @Test
    void a_default_route_beside_the_workloads_own() {
        Namespaces.ip(app, "link add eth7 type veth peer name eth8");
        Namespaces.ip(app, "link set eth8 addrgenmode none");
        Namespaces.ip(app, "link set eth7 addrgenmode none");
        Namespaces.ip(app, "link set eth8 up");
        Namespaces.ip(app, "link set eth7 up");
        Namespaces.ip(app, "addr add 192.168.5.2/24 dev eth7");
        Namespaces.ip(app, "route add default via 192.168.5.1 metric 100");
        refused(
                local("c1", with("10.1.0.1/32", "0.0.0.0/0"), vpn),
                Refused.Reason.CONFLICT,
                "route: 0.0.0.0/0 for nsm-1",
                "0.0.0.0/0 on eth7");
    }

    @Test
    void a_route_that_would_take_neighbours_away_from_the_workload() {
        Namespaces.ip(app, "link add eth7 type veth peer name eth8");
        Namespaces.ip(app, "link set eth8 addrgenmode none");
        Namespaces.ip(app, "link set eth7 addrgenmode none");
        Namespaces.ip(app, "link set eth8 up");
        Namespaces.ip(app, "link set eth7 up");
        Namespaces.ip(app, "addr add 192.168.5.2/24 dev eth7");
        refused(
                local("c1", with("10.1.0.1/32", "192.168.5.128/25"), vpn),
                Refused.Reason.CONFLICT,
                "192.168.5.128/25 for nsm-1",
                "192.168.5.0/24 on eth7");
    }

    private End with(String address, String route) {
        return new End(
                Wiring.place(app),
                "nsm-1",
                "",
                1400,
                List.of(Cidr.parse(address)),
                List.of(new End.Hopped(Cidr.parse(route), null)),
                List.of(),
                false);
    }

    @Test
    void values_that_the_kernel_does_not_take() {
        refused(
                local("c1", end(app, 20, List.of("10.1.0.1/32"), List.of("10.1.0.2/32")), vpn),
                Refused.Reason.INVALID,
                "nsm-1");
        var odd = end(app, 1400, List.of("10.1.0.1/32"), List.of());
        refused(
                local(
                        "c1",
                        new End(odd.place(), odd.name(), "no mac", 0, odd.addresses(), List.of(), List.of(), false),
                        vpn),
                Refused.Reason.INVALID,
                "no mac");
        refused(
                local(
                        "c1",
                        new End(
                                odd.place(),
                                odd.name(),
                                "01:00:5e:00:00:01",
                                0,
                                odd.addresses(),
                                List.of(),
                                List.of(),
                                false),
                        vpn),
                Refused.Reason.INVALID,
                "nsm-1");
    }

    @Test
    void too_few_descriptors() {
        node.plumbing.plug(local("warm", app, vpn)).close();
        node.reaper.settle();
        var before = state(app, vpn, node.netns);
        var hogs = new ArrayList<Integer>();
        for (int free = 1; free <= 5; free++) {
            Throwable thrown = null;
            try {
                int fd;
                while ((fd = Libc.duplicate(0)) >= 0) {
                    hogs.add(fd);
                }
                for (int i = 0; i < free; i++) {
                    Libc.close(hogs.removeLast());
                }
                node.plumbing.plug(local("c1", app, vpn)).close();
            } catch (RuntimeException e) {
                thrown = e;
            } finally {
                hogs.forEach(Libc::close);
                hogs.clear();
            }
            node.reaper.settle();
            assertThat(state(app, vpn, node.netns)).isEqualTo(before);
            if (free < 4) {
                assertThat(thrown)
                        .isInstanceOfSatisfying(
                                Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NO_CAPACITY))
                        .hasMessageContaining("LimitNOFILE");
            }
        }
    }

    @Test
    void ipv6_switched_off_where_it_cannot_be_switched_on() throws Exception {
        Namespaces.inside(app, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
        var before = state(app, vpn);

        // a forwarder whose /proc/sys is read-only, as in a container: another JVM in a mount namespace of its own
        var script = "mount -o bind,ro /proc/sys /proc/sys && exec "
                + Path.of(System.getProperty("java.home"), "bin", "java")
                + " --enable-native-access=ALL-UNNAMED -XX:TieredStopAtLevel=1 -cp "
                + System.getProperty("java.class.path")
                + " " + PlugOnce.class.getName() + " " + app.path() + " " + vpn.path();
        var answer = run("unshare", "-m", "sh", "-c", script);

        assertThat(answer)
                .contains("CONFLICT interface nsm-1 in " + app.path())
                .contains(
                        "IPv6 is switched off in the workload", "EROFS", "expected: net.ipv6.conf.all.disable_ipv6=0");
        assertThat(state(app, vpn)).isEqualTo(before);
    }

    private static String run(String... command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
}
