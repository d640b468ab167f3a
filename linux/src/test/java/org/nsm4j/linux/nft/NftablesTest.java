package org.nsm4j.linux.nft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.OpenNetns;
import org.nsm4j.linux.netns.Sysctl;

/** Rules that real packets meet: a client, a gateway and another client, wired by veth pairs of group 7. */
@Tag("kernel")
final class NftablesTest {
    private static final Table TABLE = Table.inet("nsm-test");
    private static final AddressSet PEERS = new AddressSet("peers", false);
    private static final AddressSet PEERS6 = new AddressSet("peers6", true);

    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    @Test
    void a_port_is_open_to_the_addresses_of_a_set_and_to_nobody_else() {
        Netns a = namespaces.create("nft-a");
        Netns b = namespaces.create("nft-b");
        wire(a, b, "w0", 1);
        try (Nftables nftables = Nftables.open(b)) {
            nftables.change()
                    .replaceTable(TABLE)
                    .addChain(TABLE, HookChain.at(HookChain.Hook.INPUT, "tunnel"))
                    .addSet(TABLE, PEERS)
                    .addSet(TABLE, PEERS6)
                    .addRule(
                            TABLE,
                            "tunnel",
                            FilterRule.of("known", Verdict.ACCEPT, new Match.UdpPort(4790), new Match.SourceIn(PEERS)))
                    .addRule(
                            TABLE,
                            "tunnel",
                            FilterRule.of("known", Verdict.ACCEPT, new Match.UdpPort(4790), new Match.SourceIn(PEERS6)))
                    .addRule(TABLE, "tunnel", FilterRule.of("unknown", Verdict.DROP, new Match.UdpPort(4790)))
                    .commit();

            assertThat(udpIsLost(a, b, "10.1.0.1", 4790)).isTrue();
            assertThat(udpArrives(a, b, "10.1.0.1", 4791)).isTrue();
            assertThat(udpIsLost(a, b, "fd01::1", 4790)).isTrue();

            nftables.change().addElements(TABLE, PEERS, addresses("10.1.0.2")).commit();
            assertThat(nftables.elements(TABLE, PEERS)).isEqualTo(addresses("10.1.0.2"));
            assertThat(udpArrives(a, b, "10.1.0.1", 4790)).isTrue();
            assertThat(udpIsLost(a, b, "fd01::1", 4790)).isTrue();

            nftables.change().addElements(TABLE, PEERS6, addresses("fd01::2")).commit();
            assertThat(udpArrives(a, b, "fd01::1", 4790)).isTrue();

            nftables.change()
                    .deleteElements(TABLE, PEERS, addresses("10.1.0.2"))
                    .commit();
            assertThat(nftables.elements(TABLE, PEERS)).isEmpty();
            assertThat(udpIsLost(a, b, "10.1.0.1", 4790)).isTrue();
        }
    }

    @Test
    void a_source_passes_only_by_the_link_that_stands_beside_it_in_the_set() {
        Netns a = namespaces.create("nft-a");
        Netns b = namespaces.create("nft-b");
        wire(a, b, "w0", 1);
        LinkSet clients = new LinkSet("clients", LinkSet.Kind.LINK_IPV4);
        LinkSet.Key key = new LinkSet.Key("w0", addresses("10.1.0.2").getFirst());
        try (Nftables nftables = Nftables.open(b)) {
            nftables.change()
                    .replaceTable(TABLE)
                    .addChain(TABLE, HookChain.at(HookChain.Hook.INPUT, "in").droppingByDefault())
                    .addSet(TABLE, clients)
                    .addRule(TABLE, "in", FilterRule.of("known", Verdict.ACCEPT, new Match.IncomingIn(clients)))
                    .commit();
            LinkSet.Key otherLink = new LinkSet.Key("w1", key.address());
            nftables.change().addKeys(TABLE, clients, List.of(otherLink)).commit();
            assertThat(udpIsLost(a, b, "10.1.0.1", 4790)).isTrue();
            nftables.change().addKeys(TABLE, clients, List.of(key)).commit();
            assertThat(nftables.keys(TABLE, clients)).containsExactlyInAnyOrder(key, otherLink);
            assertThat(udpArrives(a, b, "10.1.0.1", 4790)).isTrue();
            nftables.change().deleteKeys(TABLE, clients, List.of(key)).commit();
            assertThat(udpIsLost(a, b, "10.1.0.1", 4790)).isTrue();
        }
    }

    @Test
    void a_gateway_drops_spoofed_sources_and_what_goes_from_wire_to_wire() {
        Netns client = namespaces.create("nft-client");
        Netns gateway = namespaces.create("nft-gw");
        Netns other = namespaces.create("nft-other");
        wire(client, gateway, "w1", 1);
        wire(other, gateway, "w2", 2);
        Namespaces.inside(gateway, "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
        for (Netns netns : List.of(client, other)) {
            Namespaces.ip(netns, "route add default via " + (netns.equals(client) ? "10.1.0.1" : "10.2.0.1"));
            Namespaces.ip(netns, "-6 route add default via " + (netns.equals(client) ? "fd01::1" : "fd02::1"));
        }
        Namespaces.ip(client, "addr add 10.1.0.66/32 dev w1");
        Namespaces.ip(gateway, "route add 10.1.0.66/32 dev w1");
        assertThat(pings(client, "-I 10.1.0.66 10.1.0.1")).isTrue();
        assertThat(pings(client, "10.2.0.2")).isTrue();
        assertThat(pings(client, "fd02::2")).isTrue();
        int link = Integer.parseInt(Namespaces.ip(gateway, "-o link show w1").split(":", -1)[0]);

        try (Nftables nftables = Nftables.open(gateway)) {
            nftables.change()
                    .replaceTable(TABLE)
                    .addChain(TABLE, HookChain.at(HookChain.Hook.PREROUTING, "sources"))
                    .addRule(
                            TABLE,
                            "sources",
                            FilterRule.of(
                                    "wire 1",
                                    Verdict.DROP,
                                    new Match.IncomingLink(link),
                                    new Match.SourceOutside(Prefix.parse("10.1.0.2/32"))))
                    .addChain(TABLE, HookChain.at(HookChain.Hook.FORWARD, "between"))
                    .addRule(
                            TABLE,
                            "between",
                            FilterRule.of(
                                    "wires", Verdict.DROP, new Match.IncomingGroup(7), new Match.OutgoingGroup(7)))
                    .commit();

            assertThat(pings(client, "10.1.0.1")).isTrue();
            assertThat(pings(client, "fd01::1")).isTrue();
            assertThat(isCutOff(client, "-I 10.1.0.66 10.1.0.1")).isTrue();
            assertThat(isCutOff(client, "10.2.0.2")).isTrue();
            assertThat(isCutOff(client, "fd02::2")).isTrue();

            PlacedRule wires = nftables.rules(TABLE).stream()
                    .filter(rule -> rule.comment().equals("wires"))
                    .findFirst()
                    .orElseThrow();
            nftables.change().deleteRule(TABLE, wires).commit();
            assertThat(nftables.rules(TABLE)).extracting(PlacedRule::comment).containsExactly("wire 1");
            assertThat(pings(client, "10.2.0.2")).isTrue();
        }
    }

    @Test
    void only_the_companys_prefixes_are_reached_where_a_chain_drops_by_default() {
        Netns client = namespaces.create("nft-client");
        Netns gateway = namespaces.create("nft-gw");
        Netns company = namespaces.create("nft-company");
        wire(client, gateway, "w1", 1);
        wire(company, gateway, "w2", 2);
        Namespaces.inside(gateway, "sysctl -qw net.ipv4.ip_forward=1");
        Namespaces.ip(client, "route add default via 10.1.0.1");
        Namespaces.ip(company, "route add default via 10.2.0.1");
        Namespaces.ip(company, "addr add 10.3.0.2/32 dev w2");
        Namespaces.ip(gateway, "route add 10.3.0.2/32 via 10.2.0.2");
        assertThat(pings(client, "10.3.0.2")).isTrue();

        try (Nftables nftables = Nftables.open(gateway)) {
            nftables.change()
                    .replaceTable(TABLE)
                    .addChain(
                            TABLE,
                            HookChain.at(HookChain.Hook.FORWARD, "company").droppingByDefault())
                    .addRule(TABLE, "company", FilterRule.of("back", Verdict.ACCEPT, new Match.Established()))
                    .addRule(
                            TABLE,
                            "company",
                            FilterRule.of("to", Verdict.ACCEPT, new Match.Destination(Prefix.parse("10.2.0.0/15"))))
                    .commit();
            assertThat(pings(client, "10.2.0.2")).isTrue();
            assertThat(pings(client, "10.3.0.2")).isTrue();

            nftables.change()
                    .flushChain(TABLE, "company")
                    .addRule(TABLE, "company", FilterRule.of("back", Verdict.ACCEPT, new Match.Established()))
                    .addRule(
                            TABLE,
                            "company",
                            FilterRule.of("to", Verdict.ACCEPT, new Match.Destination(Prefix.parse("10.2.0.0/24"))))
                    .commit();
            assertThat(pings(client, "10.2.0.2")).isTrue();
            assertThat(isCutOff(client, "10.3.0.2")).isTrue();
        }
    }

    @Test
    void a_transaction_that_is_refused_does_nothing_at_all() {
        Netns here = namespaces.create("nft");
        try (Nftables nftables = Nftables.open(here)) {
            Transaction change = nftables.change()
                    .addTable(TABLE)
                    .addSet(TABLE, PEERS)
                    .addRule(TABLE, "no-such-chain", FilterRule.of("x", Verdict.DROP));

            KernelRefused refused = catchThrowableOfType(KernelRefused.class, change::commit);

            assertThat(refused.errno()).isEqualTo(Errno.ENOENT);
            assertThat(refused).hasMessageContaining("to chain no-such-chain of table inet nsm-test in netns " + here);
            assertThat(nftables.has(TABLE)).isFalse();
        }
    }

    @Test
    void a_table_is_replaced_by_an_empty_one_and_deleted() {
        Netns here = namespaces.create("nft");
        try (Nftables nftables = Nftables.open(here)) {
            nftables.change()
                    .replaceTable(TABLE)
                    .addChain(TABLE, HookChain.at(HookChain.Hook.INPUT, "in"))
                    .addRule(TABLE, "in", FilterRule.of("x", Verdict.DROP))
                    .commit();
            assertThat(nftables.rules(TABLE)).hasSize(1);

            nftables.change().replaceTable(TABLE).commit();
            assertThat(nftables.rules(TABLE)).isEmpty();
            assertThat(nftables.has(TABLE)).isTrue();

            nftables.change().deleteTable(TABLE).commit();
            assertThat(nftables.has(TABLE)).isFalse();
        }
    }

    @Test
    void a_netdev_chain_drops_what_its_link_receives() {
        Netns a = namespaces.create("nft-a");
        Netns b = namespaces.create("nft-b");
        wire(a, b, "w0", 1);
        Table table = Table.netdev("nsm-test");
        try (Nftables nftables = Nftables.open(b)) {
            nftables.change()
                    .addTable(table)
                    .addChain(table, new HookChain("in", HookChain.Hook.INGRESS, 0, false, "w0"))
                    .addRule(table, "in", FilterRule.of("", Verdict.DROP, new Match.UdpPort(4790)))
                    .commit();

            assertThat(udpIsLost(a, b, "10.1.0.1", 4790)).isTrue();
            assertThat(udpArrives(a, b, "10.1.0.1", 4791)).isTrue();
        }
    }

    /** A veth pair with one name at both ends: the first has …2, the second …1 of 10.N.0.0/24 and fd0N::/64. */
    private static void wire(Netns first, Netns second, String name, int number) {
        for (Netns netns : List.of(first, second)) {
            try (OpenNetns open = netns.open()) {
                // Until a link-local address is proven unique, a second or two, a router asks no neighbour for its MAC.
                Sysctl.write(open, "net/ipv6/conf/all/accept_dad", "0");
                Sysctl.write(open, "net/ipv6/conf/default/accept_dad", "0");
            }
        }
        String peer = "peer name " + name + " group 7 netns " + Namespaces.nameOf(second);
        Namespaces.ip(first, "link add " + name + " type veth " + peer);
        Namespaces.ip(second, "link set " + name + " group 7");
        for (Netns netns : List.of(first, second)) {
            int host = netns.equals(first) ? 2 : 1;
            Namespaces.ip(netns, "link set lo up");
            Namespaces.ip(netns, "link set " + name + " up");
            Namespaces.ip(netns, "addr add 10.%d.0.%d/24 dev %s".formatted(number, host, name));
            Namespaces.ip(netns, "addr add fd0%d::%d/64 dev %s nodad".formatted(number, host, name));
        }
        // The kernel connects a link's queue a moment after it is up, and throws away what comes before: even the
        // question for the neighbour, which it repeats only after a second.
        for (Netns netns : List.of(first, second)) {
            while (!Namespaces.ip(netns, "-o link show " + name).contains("state UP")) {
                Thread.onSpinWait();
            }
        }
    }

    private static boolean pings(Netns from, String arguments) {
        return isAnswered(from, "-W 10 " + arguments);
    }

    private static boolean isCutOff(Netns from, String arguments) {
        return !isAnswered(from, "-W 1 " + arguments);
    }

    private static boolean isAnswered(Netns from, String arguments) {
        try {
            return Namespaces.inside(from, "ping -c 1 " + arguments).contains(" 1 received");
        } catch (AssertionError e) {
            return false;
        }
    }

    private static boolean udpArrives(Netns from, Netns to, String address, int port) {
        return UdpProbe.arrives(from, to, InetAddress.ofLiteral(address), port);
    }

    private static boolean udpIsLost(Netns from, Netns to, String address, int port) {
        return UdpProbe.isLost(from, to, InetAddress.ofLiteral(address), port);
    }

    private static List<InetAddress> addresses(String... literals) {
        return List.of(literals).stream().map(InetAddress::ofLiteral).toList();
    }
}
