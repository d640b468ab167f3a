package org.nsm4j.linux.nft;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.netlink.NetlinkSocket;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.OpenNetns;

/**
 * The nftables of one namespace, through one netlink socket in it, which keeps the namespace alive until closed.
 *
 * <pre>{@code
 * Table table = Table.inet("nsm");
 * nftables.change()
 *         .replaceTable(table)
 *         .addChain(table, HookChain.at(Hook.FORWARD, "between-wires"))
 *         .addRule(table, "between-wires", FilterRule.of(
 *                 "no client reaches another", Verdict.DROP, new Match.IncomingGroup(7), new Match.OutgoingGroup(7)))
 *         .commit();
 * }</pre>
 */
public final class Nftables implements AutoCloseable {
    private final NetlinkSocket socket;

    private Nftables(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Opens the nftables of the namespace that is found there now. */
    public static Nftables open(Netns netns) {
        try (OpenNetns open = netns.open()) {
            return open(open);
        }
    }

    /** Opens the nftables of that namespace; EPROTONOSUPPORT where the kernel has none. */
    public static Nftables open(OpenNetns netns) {
        return new Nftables(netns.inside(() -> NetlinkSocket.open(NetlinkSocket.NETFILTER, netns.where())));
    }

    /** Begins a transaction; nothing happens before its {@link Transaction#commit}. */
    public Transaction change() {
        return new Transaction(socket);
    }

    /** Whether there is such a table. */
    public boolean has(Table table) {
        return socket.query(NftMessages.findTable(table), message -> message.type(), Errno.ENOENT)
                .isPresent();
    }

    /** {@code nft -a list table}: its rules in order, to find the handles of one's own by comment. */
    public List<PlacedRule> rules(Table table) {
        return socket.dump(NftMessages.listRules(table), message -> NftMessages.parseRule(table, message));
    }

    /** {@code nft list set}: its elements, in no order. */
    public List<InetAddress> elements(Table table, AddressSet set) {
        List<InetAddress> all = new ArrayList<>();
        for (List<InetAddress> some :
                socket.dump(NftMessages.listElements(table, set.name()), NftMessages::parseElements)) {
            all.addAll(some);
        }
        return all;
    }

    /** {@code nft list set}: the keys of a set of links, in no order. */
    public List<LinkSet.Key> keys(Table table, LinkSet set) {
        List<LinkSet.Key> all = new ArrayList<>();
        for (List<LinkSet.Key> some :
                socket.dump(NftMessages.listElements(table, set.name()), LinkSetMessages::parse)) {
            all.addAll(some);
        }
        return all;
    }

    @Override
    public void close() {
        socket.close();
    }
}
