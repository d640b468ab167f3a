package org.nsm4j.functions.vpn;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.net.Rule;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.Sysctl;
import org.nsm4j.linux.nft.BaseChain;
import org.nsm4j.linux.nft.FilterRule;
import org.nsm4j.linux.nft.Match;
import org.nsm4j.linux.nft.Nftables;
import org.nsm4j.linux.nft.PlacedRule;
import org.nsm4j.linux.nft.Table;
import org.nsm4j.linux.nft.Transaction;
import org.nsm4j.linux.nft.Verdict;

/**
 * What may pass between the wires and the tunnel: a client's own address, to the company's prefixes, through the tunnel,
 * and the way back. Everything else is dropped by default: client to client, spoofed sources, other destinations.
 *
 * <p>The rules name interfaces, so they stand before a wire does. They stay when this process ends, and the next one adopts
 * them.
 */
final class Gateway {
    /** The routing table of what comes in by wires: the company's prefixes, and nothing else. */
    static final int TABLE = 5200;

    private static final int PRIORITY = 1000;
    private static final Table FILTER = Table.inet("nsm4j-vpn");
    private static final String FORWARD = "forward";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Netns netns;
    private final String tunnel;
    private final List<Cidr> company;
    private final Scheduler.Turn turn;
    private final AtomicLong admissions = new AtomicLong();

    Gateway(Netns netns, String tunnel, List<Cidr> company, Scheduler scheduler) {
        this.netns = netns;
        this.tunnel = tunnel;
        this.company = List.copyOf(company);
        this.turn = scheduler.turn();
    }

    /** Switches forwarding on, closed for everybody. */
    void open() {
        try (var open = netns.open()) {
            Sysctl.write(open, "net/ipv4/ip_forward", "1");
            Sysctl.write(open, "net/ipv6/conf/all/forwarding", "1");
            // wires are born later and inherit this: a source that would not be answered there is dropped
            Sysctl.write(open, "net/ipv4/conf/default/rp_filter", "1");
            try (var nftables = Nftables.open(open)) {
                if (!nftables.has(FILTER)) {
                    close(nftables.change());
                }
            }
        } catch (KernelRefused e) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "vpn-gateway: %s (expected: a kernel with nftables, and a writable /proc/sys)"
                            .formatted(e.getMessage()),
                    e);
        }
    }

    private void close(Transaction change) {
        change.addTable(FILTER)
                .addChain(FILTER, BaseChain.at(BaseChain.Hook.FORWARD, FORWARD).droppingByDefault())
                .addRule(
                        FILTER,
                        FORWARD,
                        FilterRule.of(
                                "from the company to its clients", Verdict.ACCEPT, new Match.IncomingName(tunnel)))
                .commit();
    }

    /** A client that is let through. */
    final class Admission implements AutoCloseable {
        private final ConnectionId id;
        private final String link;
        private final List<Cidr> sources;
        private final long number = admissions.incrementAndGet();

        private Admission(ConnectionId id, String link, List<Cidr> sources) {
            this.id = id;
            this.link = link;
            this.sources = sources;
        }

        /** By which its rules are found again, told from those of an admission that it replaces. */
        private String comment() {
            return Gateway.comment(id) + number;
        }

        boolean isFor(String otherLink, List<Cidr> otherSources) {
            return link.equals(otherLink) && sources.equals(otherSources);
        }

        @Override
        public void close() {
            dismiss(this);
        }
    }

    /** Lets a client through that comes in by a link, with these addresses only. */
    Admission admit(ConnectionId id, String link, List<Cidr> sources) {
        var admission = new Admission(id, link, List.copyOf(sources));
        inTurn(() -> {
            rules(admission, true);
            try (var nftables = Nftables.open(netns)) {
                var change = nftables.change();
                // what another process, or an admission with other addresses, left for this client
                own(nftables, comment(id)).forEach(rule -> change.deleteRule(FILTER, rule));
                for (var rule : filterRules(admission)) {
                    change.addRule(FILTER, FORWARD, rule);
                }
                change.commit();
            }
        });
        return admission;
    }

    private List<FilterRule> filterRules(Admission admission) {
        var rules = new ArrayList<FilterRule>();
        for (var source : admission.sources) {
            for (var destination : company) {
                if (source.isIpv4() == destination.isIpv4()) {
                    rules.add(FilterRule.of(
                            admission.comment(),
                            Verdict.ACCEPT,
                            new Match.IncomingName(admission.link),
                            new Match.Source(prefix(source)),
                            new Match.Destination(prefix(destination))));
                }
            }
        }
        return rules;
    }

    private void dismiss(Admission admission) {
        inTurn(() -> {
            boolean last;
            try (var nftables = Nftables.open(netns)) {
                var change = nftables.change();
                var gone = own(nftables, admission.comment());
                gone.forEach(rule -> change.deleteRule(FILTER, rule));
                change.commit();
                last = own(nftables, comment(admission.id)).isEmpty();
            }
            if (last) {
                rules(admission, false);
            }
        });
    }

    private static List<PlacedRule> own(Nftables nftables, String comment) {
        return nftables.rules(FILTER).stream()
                .filter(rule -> rule.comment().startsWith(comment))
                .toList();
    }

    private void rules(Admission admission, boolean present) {
        try (var network = Network.open(netns)) {
            var change = network.change();
            for (boolean ipv6 : new boolean[] {false, true}) {
                var rule = Rule.incoming(ipv6, PRIORITY, admission.link, TABLE);
                if (present) {
                    change.addRule(rule);
                } else {
                    change.deleteRule(rule);
                }
            }
            for (var outcome : change.attempt()) {
                var refusal = outcome.refusal();
                if (refusal != null && !refusal.is(Errno.EEXIST, Errno.ENOENT)) {
                    throw refusal;
                }
            }
        }
    }

    private void inTurn(Runnable work) {
        if (!turn.take(PATIENCE)) {
            throw new Refused(Refused.Reason.DEADLINE, "vpn-gateway: the packet filter is busy");
        }
        try {
            work.run();
        } catch (KernelRefused e) {
            throw new Refused(Refused.Reason.INTERNAL, "vpn-gateway: " + e.getMessage(), e);
        } finally {
            turn.give();
        }
    }

    private static String comment(ConnectionId id) {
        var text = "client " + id;
        return (text.length() <= 100 ? text : text.substring(0, 100)) + " #";
    }

    private static Prefix prefix(Cidr cidr) {
        return new Prefix(cidr.address(), cidr.length());
    }

    /** Forgets every client and the filter, for good. */
    void remove() {
        try (var nftables = Nftables.open(netns)) {
            if (nftables.has(FILTER)) {
                nftables.change().deleteTable(FILTER).commit();
            }
        } catch (KernelRefused e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }
}
