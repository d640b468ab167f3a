package org.nsm4j.functions.vpn;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.Sysctl;
import org.nsm4j.linux.nft.FilterRule;
import org.nsm4j.linux.nft.HookChain;
import org.nsm4j.linux.nft.LinkSet;
import org.nsm4j.linux.nft.Match;
import org.nsm4j.linux.nft.Nftables;
import org.nsm4j.linux.nft.Table;
import org.nsm4j.linux.nft.Transaction;
import org.nsm4j.linux.nft.Verdict;

/**
 * The packet filter of a gateway: a few fixed rules over three sets, in which each client has its keys. A packet costs the
 * same with one client and with a thousand.
 */
final class GatewayFilter {
    static final Table TABLE = Table.inet("nsm4j-vpn");
    private static final String FORWARD = "forward";
    private static final String INPUT = "input";
    private static final LinkSet WIRES = new LinkSet("wires", LinkSet.Kind.LINK);
    private static final LinkSet CLIENTS = new LinkSet("clients", LinkSet.Kind.LINK_IPV4);
    private static final LinkSet CLIENTS6 = new LinkSet("clients6", LinkSet.Kind.LINK_IPV6);
    private static final List<LinkSet> SETS = List.of(WIRES, CLIENTS, CLIENTS6);
    private static final Prefix LINK_LOCAL = Prefix.parse("fe80::/10");
    private static final Prefix ON_LINK_GROUPS = Prefix.parse("ff02::/16");

    private final Netns netns;
    private final String tunnel;
    private final List<Prefix> company;
    private final List<Prefix> pools;

    GatewayFilter(Netns netns, String tunnel, List<Cidr> company, List<Cidr> pools) {
        this.netns = netns;
        this.tunnel = tunnel;
        this.company = company.stream().map(GatewayFilter::prefix).toList();
        this.pools = pools.stream().map(GatewayFilter::prefix).toList();
    }

    static Prefix prefix(Cidr cidr) {
        return new Prefix(cidr.address(), cidr.length());
    }

    /** Writes the rules anew, in one transaction; those who are let through stay. */
    void open() {
        try (var open = netns.open();
                var nftables = Nftables.open(open)) {
            var change = nftables.change().addTable(TABLE);
            if (nftables.has(TABLE)) {
                change.flushChain(TABLE, FORWARD).flushChain(TABLE, INPUT);
            } else {
                change.addChain(
                                TABLE,
                                HookChain.at(HookChain.Hook.FORWARD, FORWARD).droppingByDefault())
                        .addChain(TABLE, HookChain.at(HookChain.Hook.INPUT, INPUT));
                SETS.forEach(set -> change.addSet(TABLE, set));
            }
            writeForward(change);
            writeInput(change);
            change.commit();
            // only now: nothing passes before the filter stands
            Sysctl.write(open, "net/ipv4/ip_forward", "1");
            Sysctl.write(open, "net/ipv6/conf/all/forwarding", "1");
        }
    }

    private void writeForward(Transaction change) {
        var out = new Match.OutgoingName(tunnel);
        for (var pool : pools) {
            rule(change, FORWARD, "never from client to client", Verdict.DROP, out, new Match.Destination(pool));
        }
        for (var prefix : company) {
            var client = new Match.IncomingIn(prefix.isIpv4() ? CLIENTS : CLIENTS6);
            rule(
                    change,
                    FORWARD,
                    "a client's own address to the company",
                    Verdict.ACCEPT,
                    out,
                    new Match.Destination(prefix),
                    client);
        }
        var in = new Match.IncomingName(tunnel);
        for (var set : List.of(CLIENTS, CLIENTS6)) {
            rule(change, FORWARD, "from the company to a client", Verdict.ACCEPT, in, new Match.OutgoingIn(set));
        }
    }

    /** The gateway itself answers its clients on their wires, and hides what else it has from them. */
    private void writeInput(Transaction change) {
        var wire = new Match.IncomingIn(WIRES);
        for (var pool : pools) {
            var client = new Match.IncomingIn(pool.isIpv4() ? CLIENTS : CLIENTS6);
            rule(change, INPUT, "a client to its gateway", Verdict.ACCEPT, new Match.Destination(pool), client);
            if (!pool.isIpv4()) {
                discovery(change, wire, pool);
            }
        }
        discovery(change, wire, LINK_LOCAL);
        rule(change, INPUT, "neighbour discovery", Verdict.ACCEPT, wire, new Match.Destination(ON_LINK_GROUPS));
        rule(change, INPUT, "nothing else from a wire", Verdict.DROP, wire);
    }

    private static void discovery(Transaction change, Match wire, Prefix destination) {
        rule(
                change,
                INPUT,
                "neighbour discovery",
                Verdict.ACCEPT,
                wire,
                new Match.Source(LINK_LOCAL),
                new Match.Destination(destination));
    }

    private static void rule(Transaction change, String chain, String comment, Verdict verdict, Match... matches) {
        change.addRule(TABLE, chain, FilterRule.of(comment, verdict, matches));
    }

    void add(Collection<LinkSet.Key> keys) {
        try (var nftables = Nftables.open(netns)) {
            var change = nftables.change();
            SETS.forEach(set -> change.addKeys(TABLE, set, of(set, keys)));
            change.commit();
        }
    }

    /** Takes those away that are there. */
    void remove(Collection<LinkSet.Key> keys) {
        removeAllBut(key -> !keys.contains(key));
    }

    /** Whom it lets through. */
    List<LinkSet.Key> keys() {
        try (var nftables = Nftables.open(netns)) {
            return SETS.stream()
                    .flatMap(set -> nftables.keys(TABLE, set).stream())
                    .toList();
        }
    }

    void removeAllBut(Predicate<LinkSet.Key> stays) {
        try (var nftables = Nftables.open(netns)) {
            if (!nftables.has(TABLE)) {
                return;
            }
            var change = nftables.change();
            for (var set : SETS) {
                var gone = new ArrayList<>(nftables.keys(TABLE, set));
                gone.removeIf(stays);
                change.deleteKeys(TABLE, set, gone);
            }
            change.commit();
        }
    }

    private static List<LinkSet.Key> of(LinkSet set, Collection<LinkSet.Key> keys) {
        return keys.stream().filter(key -> setOf(key).equals(set)).toList();
    }

    private static LinkSet setOf(LinkSet.Key key) {
        var address = key.address();
        if (address == null) {
            return WIRES;
        }
        return address.getAddress().length == 4 ? CLIENTS : CLIENTS6;
    }

    void delete() {
        try (var nftables = Nftables.open(netns)) {
            if (nftables.has(TABLE)) {
                nftables.change().deleteTable(TABLE).commit();
            }
        }
    }
}
