package org.nsm4j.dataplane.wire;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.nft.AddressSet;
import org.nsm4j.linux.nft.FilterRule;
import org.nsm4j.linux.nft.HookChain;
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

    private final Node node;
    private final Table table;
    private final Set<InetAddress> admitted = new HashSet<>();
    private final Map<InetAddress, Integer> wires = new HashMap<>();
    private final Scheduler scheduler;
    private final Duration linger;
    private final Scheduler.Turn turn;

    /**
     * Guards a port of a node. The peers of wires that stand already stay admitted as long as those do ({@link
     * #forgetUnused}); whoever else a process that died has admitted does not.
     *
     * @param node whose packets are filtered
     * @param port the UDP port, 1–65535
     * @param standing the peers of wires that stand already ({@link Inventory#peers})
     * @param linger how long a peer stays admitted after its last wire went; zero shuts it out before the close returns
     * @param scheduler gives the turns
     * @throws KernelRefused where the kernel has no nftables
     */
    public VxlanGuard(Node node, int port, Collection<InetAddress> standing, Duration linger, Scheduler scheduler) {
        this.node = node;
        this.table = Table.inet("nsm4j-vxlan-" + port);
        this.scheduler = scheduler;
        this.linger = linger;
        this.turn = scheduler.turn();
        admitted.addAll(standing);
        try (var nftables = Nftables.open(node.netns())) {
            var change = nftables.change()
                    .replaceTable(table)
                    .addSet(table, IPV4)
                    .addSet(table, IPV6)
                    .addChain(table, new HookChain(CHAIN, HookChain.Hook.INPUT, PRIORITY, false, null))
                    .addRule(
                            table,
                            CHAIN,
                            FilterRule.of(
                                    "network of no wire",
                                    Verdict.DROP,
                                    new Match.UdpPort(port),
                                    new Match.VxlanNetwork(VxlanPort.NETWORK)))
                    .addRule(table, CHAIN, rule(Verdict.ACCEPT, port, new Match.SourceIn(IPV4)))
                    .addRule(table, CHAIN, rule(Verdict.ACCEPT, port, new Match.SourceIn(IPV6)))
                    .addRule(table, CHAIN, FilterRule.of("no live wire", Verdict.DROP, new Match.UdpPort(port)));
            for (var set : List.of(IPV4, IPV6)) {
                var peers = standing.stream()
                        .filter(each -> each instanceof Inet4Address != set.ipv6())
                        .distinct()
                        .toList();
                if (!peers.isEmpty()) {
                    change.addElements(table, set, peers);
                }
            }
            change.commit();
        }
    }

    private static FilterRule rule(Verdict verdict, int port, Match source) {
        return FilterRule.of("peers of live wires", verdict, new Match.UdpPort(port), source);
    }

    @Override
    public Hold admit(InetAddress peer) {
        inTurn(() -> {
            if (!admitted.contains(peer)) {
                change(peer, true);
                admitted.add(peer);
            }
            wires.merge(peer, 1, Integer::sum);
        });
        var held = new AtomicBoolean(true);
        return () -> {
            if (held.getAndSet(false)) {
                inTurn(() -> release(peer));
            }
        };
    }

    /** The kernel takes tens of milliseconds to change a filter, and the next wire to the same peer may come at once. */
    private void release(InetAddress peer) {
        if (wires.merge(peer, -1, Integer::sum) == 0) {
            wires.remove(peer);
            if (linger.isZero()) {
                shutOut(peer);
            } else {
                scheduler.after(linger, "shut out " + peer.getHostAddress(), () -> inTurn(() -> shutOut(peer)));
            }
        }
    }

    private void shutOut(InetAddress peer) {
        if (!wires.containsKey(peer) && admitted.remove(peer)) {
            change(peer, false);
        }
    }

    @Override
    public void forgetUnused(Set<InetAddress> standing) {
        inTurn(() -> List.copyOf(admitted).stream()
                .filter(peer -> !standing.contains(peer))
                .forEach(this::shutOut));
    }

    private void change(InetAddress peer, boolean add) {
        var set = peer instanceof Inet4Address ? IPV4 : IPV6;
        try (var nftables = Nftables.open(node.netns())) {
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
        try (var nftables = Nftables.open(node.netns())) {
            if (nftables.has(table)) {
                nftables.change().deleteTable(table).commit();
            }
        }
    }
}
