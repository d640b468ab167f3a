package org.nsm4j.dataplane.wire;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.nft.AddressSet;
import org.nsm4j.linux.nft.BaseChain;
import org.nsm4j.linux.nft.FilterRule;
import org.nsm4j.linux.nft.Match;
import org.nsm4j.linux.nft.Nftables;
import org.nsm4j.linux.nft.Table;
import org.nsm4j.linux.nft.Verdict;

/**
 * {@link PeerGuard} by the node's nftables: VXLAN has no authentication, so its port answers those peers only that a live
 * wire leads to. The table stays when this process ends, with the wires that need it.
 */
public final class VxlanGuard implements PeerGuard {
    /** Before the usual filters, so that an ACCEPT of theirs cannot let a stranger in. */
    private static final int PRIORITY = -10;

    private static final String CHAIN = "vxlan";
    private static final AddressSet IPV4 = new AddressSet("peers4", false);
    private static final AddressSet IPV6 = new AddressSet("peers6", true);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Table table;
    private final Map<InetAddress, Integer> wires = new HashMap<>();
    private final Scheduler.Turn turn;

    /**
     * Guards a port of this process's own namespace.
     *
     * @param port the UDP port, 1–65535
     * @param scheduler gives the turns
     * @throws KernelRefused where the kernel has no nftables
     */
    public VxlanGuard(int port, Scheduler scheduler) {
        this.table = Table.inet("nsm4j-vxlan-" + port);
        this.turn = scheduler.turn();
        try (var nftables = Nftables.open(Netns.node())) {
            if (nftables.has(table)) {
                return;
            }
            nftables.change()
                    .addTable(table)
                    .addSet(table, IPV4)
                    .addSet(table, IPV6)
                    .addChain(table, new BaseChain(CHAIN, BaseChain.Hook.INPUT, PRIORITY, false, null))
                    .addRule(table, CHAIN, rule(Verdict.ACCEPT, port, new Match.SourceIn(IPV4)))
                    .addRule(table, CHAIN, rule(Verdict.ACCEPT, port, new Match.SourceIn(IPV6)))
                    .addRule(table, CHAIN, FilterRule.of("no live wire", Verdict.DROP, new Match.UdpPort(port)))
                    .commit();
        }
    }

    private static FilterRule rule(Verdict verdict, int port, Match source) {
        return FilterRule.of("peers of live wires", verdict, new Match.UdpPort(port), source);
    }

    @Override
    public Hold admit(InetAddress peer) {
        inTurn(() -> {
            if (wires.merge(peer, 1, Integer::sum) == 1) {
                change(peer, true);
            }
        });
        return () -> inTurn(() -> {
            if (wires.merge(peer, -1, Integer::sum) == 0) {
                wires.remove(peer);
                change(peer, false);
            }
        });
    }

    private void change(InetAddress peer, boolean add) {
        var set = peer instanceof Inet4Address ? IPV4 : IPV6;
        try (var nftables = Nftables.open(Netns.node())) {
            var change = nftables.change();
            if (add) {
                change.addElements(table, set, List.of(peer)).commit();
            } else {
                change.deleteElements(table, set, List.of(peer)).commit();
            }
        } catch (KernelRefused e) {
            if (add || !e.is(Errno.ENOENT)) {
                throw new Refused(Refused.Reason.INTERNAL, "vxlan port: " + e.getMessage(), e);
            }
        }
    }

    private void inTurn(Runnable work) {
        if (!turn.take(PATIENCE)) {
            throw new Refused(Refused.Reason.DEADLINE, "vxlan port: the packet filter is busy");
        }
        try {
            work.run();
        } finally {
            turn.give();
        }
    }

    /** Takes the guard away, for when the node leaves the domain. */
    public void remove() {
        try (var nftables = Nftables.open(Netns.node())) {
            if (nftables.has(table)) {
                nftables.change().deleteTable(table).commit();
            }
        }
    }
}
