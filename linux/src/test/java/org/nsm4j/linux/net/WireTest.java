package org.nsm4j.linux.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.netlink.Outcome;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.OpenNetns;

/** Whole wires between fresh namespaces, seen with the eyes of {@code ip} and {@code ping}. */
@Tag("kernel")
final class WireTest {
    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    private static final Mac MAC_A = Mac.parse("02:00:00:00:00:0a");
    private static final Mac MAC_B = Mac.parse("02:00:00:00:00:0b");

    @Test
    void a_veth_is_born_in_two_namespaces_with_everything_that_both_ends_need() {
        Netns a = namespaces.create("wire-a");
        Netns b = namespaces.create("wire-b");

        plug(a, b);

        assertThat(Namespaces.ip(a, "-o -d link show nsm-a"))
                .startsWith("1001: nsm-a@if1002: ")
                .contains("mtu 1400", "group 77", "link/ether 02:00:00:00:00:0a");
        assertThat(Namespaces.ip(b, "-o -d link show nsm-b"))
                .startsWith("1002: nsm-b@if1001: ")
                .contains("mtu 1400", "group 78", "link/ether 02:00:00:00:00:0b");
    }

    @Test
    void packets_of_both_families_pass_a_wire_with_addresses_routes_and_neighbours() {
        Netns a = namespaces.create("wire-a");
        Netns b = namespaces.create("wire-b");
        plug(a, b);

        address(a, 1001, MAC_B, "10.9.0.1", "10.9.0.2", "fd00:9::1", "fd00:9::2");
        address(b, 1002, MAC_A, "10.9.0.2", "10.9.0.1", "fd00:9::2", "fd00:9::1");

        assertThat(Namespaces.ip(a, "-4 -o addr show nsm-a")).contains("inet 10.9.0.1/32 scope global nsm-a");
        assertThat(Namespaces.ip(a, "-6 -o addr show dev nsm-a scope global"))
                .contains("inet6 fd00:9::1/128 scope global nodad")
                .doesNotContain("tentative");
        assertThat(Namespaces.ip(a, "route show")).isEqualTo("10.9.0.2 dev nsm-a proto static scope link \n");
        assertThat(Namespaces.ip(a, "neigh show 10.9.0.2"))
                .isEqualTo("10.9.0.2 dev nsm-a lladdr 02:00:00:00:00:0b PERMANENT \n");
        assertThat(Namespaces.inside(a, "ping -c 1 -W 2 10.9.0.2")).contains("1 received");
        assertThat(Namespaces.inside(a, "ping -c 1 -W 2 fd00:9::2")).contains("1 received");
    }

    @Test
    void a_refused_change_is_named_with_the_words_of_the_kernel_and_the_rest_is_done() {
        Netns a = namespaces.create("wire-a");
        try (Network network = Network.open(a)) {
            network.change()
                    .addLink(NewLink.bridge(LinkSettings.named("br").index(9).up(true)))
                    .commit();
            Prefix lost = Prefix.parse("10.7.0.0/16");
            InetAddress nowhere = InetAddress.ofLiteral("192.0.2.1");

            List<Outcome> outcomes = network.change()
                    .addAddress(Address.of(9, Prefix.parse("10.0.0.1/24")))
                    .addRoute(Route.via(nowhere, 9, lost))
                    .addAddress(Address.of(9, Prefix.parse("fd00::1/64")))
                    .addAddress(Address.of(9, Prefix.parse("10.0.0.1/24")))
                    .attempt();

            assertThat(outcomes).extracting(Outcome::done).containsExactly(true, false, true, false);
            assertThat(outcomes.get(1).refusal())
                    .hasMessage("cannot add route 10.7.0.0/16 via 192.0.2.1 dev 9 in netns %s:".formatted(a)
                            + " ENETUNREACH (network is unreachable); Nexthop has invalid gateway");
            assertThat(outcomes.get(3).refusal())
                    .hasMessage("cannot add address 10.0.0.1/24 on link 9 in netns %s:".formatted(a)
                            + " EEXIST (exists already); ipv4: Address already assigned");
            assertThat(network.addresses()).contains(Address.of(9, Prefix.parse("fd00::1/64")));
        }
    }

    @Test
    void commit_throws_the_first_refusal_with_the_others_in_it() {
        Netns a = namespaces.create("wire-a");
        try (Network network = Network.open(a)) {
            Change change = network.change().deleteLink(4711).deleteLink(4712);

            KernelRefused refused = catchThrowableOfType(KernelRefused.class, change::commit);

            assertThat(refused.errno()).isEqualTo(Errno.ENODEV);
            assertThat(refused).hasMessageContaining("delete link 4711");
            assertThat(refused.getSuppressed()).singleElement().asString().contains("delete link 4712");
        }
    }

    @Test
    void a_thousand_changes_that_do_not_fit_one_send_are_all_checked() {
        Netns a = namespaces.create("wire-a");
        try (Network network = Network.open(a)) {
            network.change()
                    .addLink(NewLink.bridge(LinkSettings.named("br").index(9).up(true)))
                    .commit();
            Change change = network.change();
            for (int i = 0; i < 1500; i++) {
                change.addRoute(Route.on(9, Prefix.parse("10.%d.%d.0/24".formatted(i / 250, i % 250))));
            }
            change.addRoute(Route.on(9, Prefix.parse("10.0.0.0/24")));

            List<Outcome> outcomes = change.attempt();

            assertThat(outcomes).hasSize(1501);
            assertThat(outcomes.stream().filter(Outcome::done)).hasSize(1500);
            assertThat(outcomes.getLast().refusal()).hasMessageContaining("EEXIST");
            assertThat(network.routes().stream()
                            .filter(r -> r.link() == 9 && r.destination().isIpv4()))
                    .hasSize(1500);
        }
    }

    @Test
    void an_end_that_is_to_be_up_at_birth_as_a_peer_is_refused_with_the_reason() {
        assertThatThrownBy(() -> new NewLink.Veth(
                        LinkSettings.named("a"), LinkSettings.named("b").up(true)))
                .hasMessageContaining("expected: brought up afterwards, Linux answers ENOTCONN");
    }

    private static void plug(Netns a, Netns b) {
        try (OpenNetns openA = a.open();
                OpenNetns openB = b.open();
                Network node = Network.ofNode()) {
            LinkSettings first =
                    LinkSettings.named("nsm-a").index(1001).mtu(1400).mac(MAC_A);
            LinkSettings second =
                    LinkSettings.named("nsm-b").index(1002).mtu(1400).mac(MAC_B);
            node.change()
                    .addLink(new NewLink.Veth(
                            first.group(77).in(openA).up(true), second.group(78).in(openB)))
                    .commit();
        }
    }

    private static void address(Netns netns, int link, Mac other, String own4, String far4, String own6, String far6) {
        try (Network network = Network.open(netns)) {
            InetAddress peer4 = InetAddress.ofLiteral(far4);
            InetAddress peer6 = InetAddress.ofLiteral(far6);
            network.change()
                    .setLink(link, LinkSettings.unchanged().up(true))
                    .addAddress(Address.of(link, Prefix.parse(own4)))
                    .addAddress(Address.of(link, Prefix.parse(own6)))
                    .addRoute(Route.on(link, Prefix.host(peer4)))
                    .addRoute(Route.on(link, Prefix.host(peer6)))
                    .setNeighbour(Neighbour.permanent(link, peer4, other))
                    .setNeighbour(Neighbour.permanent(link, peer6, other))
                    .commit();
        }
    }
}
