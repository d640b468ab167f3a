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
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.OpenNetns;

/** Links of every kind, made, changed, moved, listed and deleted in fresh namespaces. */
@Tag("kernel")
final class LinkTest {
    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    @Test
    void a_vxlan_leaves_from_the_node_while_its_link_is_born_in_the_pod() {
        Netns node = namespaces.create("vxlan-node");
        Netns pod = namespaces.create("vxlan-pod");
        VxlanSettings settings = vxlan("192.0.2.1", "192.0.2.2", 77);
        try (Network network = Network.open(node);
                OpenNetns open = pod.open()) {
            underlay(network);
            LinkSettings end =
                    LinkSettings.named("nsm-1").index(2001).mtu(1400).up(true).in(open);
            network.change().addLink(new NewLink.Vxlan(end, settings)).commit();
        }

        assertThat(Namespaces.ip(pod, "-o -d link show nsm-1"))
                .startsWith("2001: nsm-1@")
                .contains("mtu 1400", "vxlan id 77 remote 192.0.2.2 local 192.0.2.1", "dstport 4790", "nolearning");
        assertThat(Namespaces.inside(node, "ss -ulnH")).contains(":4790");
        assertThat(Namespaces.inside(pod, "ss -ulnH")).doesNotContain(":4790");
        try (Network network = Network.open(pod)) {
            assertThat(network.link("nsm-1").orElseThrow().vxlan()).isEqualTo(settings);
        }
    }

    @Test
    void a_vxlan_runs_over_ipv6_as_well() {
        Netns node = namespaces.create("vxlan-node");
        VxlanSettings settings = vxlan("2001:db8::1", "2001:db8::2", 78);
        try (Network network = Network.open(node)) {
            underlay(network);
            network.change()
                    .addLink(new NewLink.Vxlan(LinkSettings.named("nsm-6").mtu(1380), settings))
                    .commit();

            assertThat(network.link("nsm-6").orElseThrow().vxlan()).isEqualTo(settings);
        }
        assertThat(Namespaces.ip(node, "-o -d link show nsm-6"))
                .contains("vxlan id 78 remote 2001:db8::2 local 2001:db8::1 dev under");
    }

    @Test
    void a_vni_that_is_taken_is_refused_in_the_words_of_the_kernel() {
        Netns node = namespaces.create("vxlan-node");
        try (Network network = Network.open(node)) {
            underlay(network);
            VxlanSettings settings = vxlan("192.0.2.1", "192.0.2.2", 77);
            network.change()
                    .addLink(new NewLink.Vxlan(LinkSettings.named("one"), settings))
                    .commit();
            Change again = network.change().addLink(new NewLink.Vxlan(LinkSettings.named("two"), settings));

            KernelRefused refused = catchThrowableOfType(KernelRefused.class, again::commit);

            assertThat(refused.errno()).isEqualTo(Errno.EEXIST);
            assertThat(refused)
                    .hasMessageContaining("add vxlan two with VNI 77 to 192.0.2.2 on port 4790")
                    .hasMessageContaining("A VXLAN device with the specified VNI already exists");
        }
    }

    @Test
    void a_link_is_renamed_changed_moved_and_deleted() {
        Netns here = namespaces.create("link");
        Netns there = namespaces.create("link");
        try (Network network = Network.open(here);
                OpenNetns open = there.open()) {
            LinkSettings end = LinkSettings.named("v0").index(11);
            network.change()
                    .addLink(new NewLink.Veth(end, LinkSettings.named("v1").index(12)))
                    .setLink(11, LinkSettings.unchanged().up(true))
                    .setLink(
                            11,
                            LinkSettings.named("renamed")
                                    .mtu(1300)
                                    .alias("id 1")
                                    .group(5))
                    .setLink(11, LinkSettings.unchanged().mac(Mac.parse("02:00:00:00:00:01")))
                    .commit();

            Link changed = network.link(11).orElseThrow();
            LinkSettings wanted = LinkSettings.named("renamed")
                    .mtu(1300)
                    .alias("id 1")
                    .group(5)
                    .up(true);
            assertThat(wanted.satisfiedBy(changed)).isTrue();
            assertThat(wanted.alias("id 2").satisfiedBy(changed)).isFalse();
            assertThat(changed.name()).isEqualTo("renamed");
            assertThat(changed.kind()).isEqualTo("veth");
            assertThat(changed.mtu()).isEqualTo(1300);
            assertThat(changed.alias()).isEqualTo("id 1");
            assertThat(changed.group()).isEqualTo(5);
            assertThat(changed.mac()).hasToString("02:00:00:00:00:01");
            assertThat(changed.up()).isTrue();
            assertThat(changed.running()).isFalse();
            assertThat(changed.peer()).isEqualTo(12);

            network.change().setLink(12, LinkSettings.named("moved").in(open)).commit();
            assertThat(Namespaces.ip(there, "-o link show moved")).contains("moved@");
            assertThat(network.link("v1")).isEmpty();

            network.change().deleteLink(11).commit();
            assertThat(network.link("renamed")).isEmpty();
            assertThat(Namespaces.ip(there, "-o link")).doesNotContain("moved");
        }
    }

    @Test
    void a_group_of_links_goes_with_one_message_and_leaves_the_others() {
        Netns here = namespaces.create("group");
        try (Network network = Network.open(here)) {
            Change change = network.change();
            for (int i = 0; i < 5; i++) {
                change.addLink(new NewLink.Veth(LinkSettings.named("g" + i).group(9), LinkSettings.named("p" + i)));
            }
            change.addLink(NewLink.bridge(LinkSettings.named("stays"))).commit();

            network.change().deleteLinksOfGroup(9).commit();

            assertThat(network.links()).extracting(Link::name).containsExactlyInAnyOrder("lo", "stays");
            assertThatThrownBy(() -> network.change().deleteLinksOfGroup(0)).hasMessageContaining("expected: another");
        }
    }

    @Test
    void a_bridge_takes_a_port() {
        Netns here = namespaces.create("bridge");
        try (Network network = Network.open(here)) {
            network.change()
                    .addLink(NewLink.bridge(LinkSettings.named("br").index(20)))
                    .addLink(new NewLink.Veth(LinkSettings.named("port").index(21), LinkSettings.named("far")))
                    .setLink(21, LinkSettings.unchanged().master(20))
                    .commit();

            assertThat(network.link(21).orElseThrow().settings().master()).isEqualTo(20);
            assertThat(network.link(20).orElseThrow().kind()).isEqualTo("bridge");
        }
        assertThat(Namespaces.ip(here, "-o link show port")).contains("master br");
    }

    @Test
    void another_namespace_is_listed_and_cleaned_by_its_nsid_without_entering_it() {
        Netns here = namespaces.create("nsid");
        Netns there = namespaces.create("nsid");
        try (Network network = Network.open(here);
                OpenNetns open = there.open()) {
            assertThat(network.nsid(open)).isEmpty();
            int nsid = network.assignNsid(open);

            assertThat(network.assignNsid(open)).isEqualTo(nsid);
            assertThat(network.nsids()).containsExactly(nsid);
            assertThat(Namespaces.ip(here, "netns list-id")).contains("nsid " + nsid);

            Namespaces.ip(there, "link add far type bridge");
            Namespaces.ip(there, "addr add 10.5.0.1/24 dev far");
            List<Link> links = network.linksOf(nsid);
            assertThat(links).extracting(Link::name).containsExactly("lo", "far");
            assertThat(network.addressesOf(nsid)).extracting(Address::toString).contains("10.5.0.1/24");

            network.change().deleteLink(nsid, links.getLast().index()).commit();
            assertThat(Namespaces.ip(there, "-o link")).doesNotContain("far");
        }
    }

    @Test
    void a_tap_lives_as_long_as_its_program_unless_it_is_persistent() {
        Netns here = namespaces.create("tun");
        try (Network network = Network.open(here);
                OpenNetns open = here.open()) {
            try (Tun tun = Tun.open(open, Tun.Mode.TAP, "tap0")) {
                assertThat(network.link(tun.name()).orElseThrow().kind()).isEqualTo("tun");
            }
            assertThat(network.link("tap0")).isEmpty();

            try (Tun tun = Tun.open(open, Tun.Mode.TUN, "tun0")) {
                tun.persistent(true);
            }
            assertThat(network.link("tun0")).isPresent();
            try (Tun tun = Tun.open(open, Tun.Mode.TUN, "tun0")) {
                assertThatThrownBy(() -> Tun.open(open, Tun.Mode.TUN, "tun0"))
                        .hasMessageContaining("cannot add tun tun0 in netns " + here)
                        .hasMessageContaining("EBUSY");
                tun.persistent(false);
            }
            assertThat(network.link("tun0")).isEmpty();
        }
    }

    @Test
    void a_kind_that_the_kernel_lacks_and_an_index_that_is_taken_are_refused() {
        Netns here = namespaces.create("refused");
        try (Network network = Network.open(here)) {
            LinkSettings settings = LinkSettings.named("x0").index(30);
            Change unknown = network.change().addLink(new NewLink.OfKind(settings, "no-such-kind"));
            assertThatThrownBy(unknown::commit)
                    .hasMessageContaining("cannot add no-such-kind x0 in netns " + here)
                    .hasMessageContaining("EOPNOTSUPP")
                    .hasMessageContaining("Unknown device type");

            network.change().addLink(NewLink.bridge(settings)).commit();
            Change taken = network.change()
                    .addLink(NewLink.bridge(LinkSettings.named("x1").index(30)));
            assertThat(catchThrowableOfType(KernelRefused.class, taken::commit).errno())
                    .isEqualTo(Errno.EEXIST);
        }
    }

    @Test
    void names_that_the_kernel_would_not_take_are_refused_with_what_it_takes() {
        for (String name : List.of("", "../x", "a/b", "sixteen-bytes-xx", "a b", "..", "a:1", "nsm%d")) {
            assertThatThrownBy(() -> LinkSettings.named(name)).hasMessageContaining("expected: 1–15 bytes");
        }
        assertThat(LinkSettings.named("fifteen-bytes-x").name()).isEqualTo("fifteen-bytes-x");
    }

    private static VxlanSettings vxlan(String local, String remote, int vni) {
        return VxlanSettings.between(InetAddress.ofLiteral(local), InetAddress.ofLiteral(remote), vni, 7, 4790);
    }

    private static void underlay(Network network) {
        network.change()
                .addLink(NewLink.bridge(LinkSettings.named("under").index(7).up(true)))
                .addAddress(Address.of(7, Prefix.parse("192.0.2.1/24")))
                .addAddress(Address.of(7, Prefix.parse("2001:db8::1/64")))
                .commit();
    }
}
