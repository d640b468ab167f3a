package org.nsm4j.linux.nft;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.netlink.NetlinkSocket;
import org.nsm4j.linux.netlink.Request;

/** Changes to nftables that happen all at once or not at all; packets never meet half of them. */
public final class Transaction {
    private final NetlinkSocket socket;
    private final List<Request> requests = new ArrayList<>();
    private int sets;

    Transaction(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** {@code nft add table}: no effect where it is there. */
    public Transaction addTable(Table table) {
        return add(NftMessages.addTable(table));
    }

    /** {@code nft delete table}, with all in it; ENOENT where it is not there. */
    public Transaction deleteTable(Table table) {
        return add(NftMessages.deleteTable(table));
    }

    /** An empty table of that name, whatever was there before. */
    public Transaction replaceTable(Table table) {
        return addTable(table).deleteTable(table).addTable(table);
    }

    /** {@code nft add chain TABLE CHAIN { type filter hook … priority … ; policy … ; }} */
    public Transaction addChain(Table table, HookChain chain) {
        return add(NftMessages.addChain(table, chain));
    }

    /** {@code nft flush chain TABLE CHAIN}: takes all its rules away. */
    public Transaction flushChain(Table table, String chain) {
        return add(NftMessages.flushChain(table, chain));
    }

    /** {@code nft add set TABLE SET { type ipv4_addr; }} or {@code ipv6_addr} */
    public Transaction addSet(Table table, AddressSet set) {
        sets++;
        return add(NftMessages.addSet(table, set, sets));
    }

    /** {@code nft add element TABLE SET { … }}: no effect for those that are there. */
    public Transaction addElements(Table table, AddressSet set, Collection<InetAddress> addresses) {
        return add(NftMessages.addElements(table, set, List.copyOf(addresses)));
    }

    /** {@code nft delete element TABLE SET { … }}; ENOENT where one is not there. */
    public Transaction deleteElements(Table table, AddressSet set, Collection<InetAddress> addresses) {
        return add(NftMessages.deleteElements(table, set, List.copyOf(addresses)));
    }

    /** {@code nft add set TABLE SET { type ifname . ipv4_addr; }} and the like */
    public Transaction addSet(Table table, LinkSet set) {
        sets++;
        return add(LinkSetMessages.add(table, set, sets));
    }

    /** {@code nft add element TABLE SET { LINK . ADDRESS }}: no effect for those that are there. */
    public Transaction addKeys(Table table, LinkSet set, Collection<LinkSet.Key> keys) {
        return keys.isEmpty() ? this : add(LinkSetMessages.addKeys(table, set, List.copyOf(keys)));
    }

    /** {@code nft delete element TABLE SET { LINK . ADDRESS }}; ENOENT where one is not there. */
    public Transaction deleteKeys(Table table, LinkSet set, Collection<LinkSet.Key> keys) {
        return keys.isEmpty() ? this : add(LinkSetMessages.deleteKeys(table, set, List.copyOf(keys)));
    }

    /** {@code nft add rule TABLE CHAIN …}: behind those that are there. */
    public Transaction addRule(Table table, String chain, FilterRule rule) {
        return add(NftMessages.addRule(table, chain, rule));
    }

    /** {@code nft delete rule TABLE CHAIN handle …}; ENOENT where it is not there. */
    public Transaction deleteRule(Table table, PlacedRule rule) {
        return add(NftMessages.deleteRule(table, rule));
    }

    /**
     * Does everything; this object is empty afterwards.
     *
     * @throws KernelRefused the first refusal, with further ones suppressed in it; then nothing was done
     */
    public void commit() {
        List<Request> all = List.copyOf(requests);
        requests.clear();
        if (!all.isEmpty()) {
            socket.transact(NftMessages.begin(), all, NftMessages.end());
        }
    }

    private Transaction add(Request request) {
        requests.add(request);
        return this;
    }
}
