package org.nsm4j.functions.vpn;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.Rule;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.nft.LinkSet;

/**
 * What may pass between the wires and the tunnel: a client's own address, to the company's prefixes, through the tunnel,
 * and the way back. Everything else is dropped by default: client to client, spoofed sources, other destinations.
 *
 * <p>What lets a client through names its interface, so it stands before the wire does. It stays when this process ends,
 * and the next one adopts it; what belongs to links that are no more goes when the next process opens the gateway.
 */
final class Gateway {
    /** The routing table of what comes in by wires: the company's prefixes, and nothing else. */
    static final int TABLE = 5200;

    private static final int PRIORITY = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Netns netns;
    private final GatewayFilter filter;
    private final Scheduler.Turn turn;
    private final Map<LinkSet.Key, Integer> users = new HashMap<>();

    Gateway(Netns netns, String tunnel, List<Cidr> company, List<Cidr> pools, Scheduler scheduler) {
        this.netns = netns;
        this.filter = new GatewayFilter(netns, tunnel, company, pools);
        this.turn = scheduler.turn();
    }

    /** Switches forwarding on, for nobody but those who were let through before. */
    void open() {
        inTurn(() -> {
            filter.open();
            sweep();
        });
    }

    private void sweep() {
        try (var network = Network.open(netns)) {
            Set<String> links = network.links().stream().map(Link::name).collect(Collectors.toSet());
            filter.removeAllBut(key -> links.contains(key.link()) || users.containsKey(key));
            var stale = network.rules().stream()
                    .filter(rule -> rule.table() == TABLE && rule.priority() == PRIORITY)
                    .filter(rule -> isStale(rule.incoming(), links))
                    .toList();
            var change = network.change();
            stale.forEach(change::deleteRule);
            change.attempt();
        }
    }

    private boolean isStale(@Nullable String link, Set<String> present) {
        return link != null && !present.contains(link) && !users.containsKey(new LinkSet.Key(link, null));
    }

    /** A client that is let through. */
    final class Admission implements AutoCloseable {
        private final String link;
        private final List<Cidr> sources;

        private Admission(String link, List<Cidr> sources) {
            this.link = link;
            this.sources = List.copyOf(sources);
        }

        boolean isFor(String otherLink, List<Cidr> otherSources) {
            return link.equals(otherLink) && sources.equals(otherSources);
        }

        /** The link alone first, then the link with each address. */
        private Set<LinkSet.Key> keys() {
            var keys = new HashSet<LinkSet.Key>();
            keys.add(new LinkSet.Key(link, null));
            sources.forEach(source -> keys.add(new LinkSet.Key(link, address(source))));
            return keys;
        }

        @Override
        public void close() {
            inTurn(() -> dismiss(this));
        }
    }

    private static InetAddress address(Cidr source) {
        return source.address();
    }

    /** Lets a client through that comes in by a link, with these addresses only. */
    Admission admit(String link, List<Cidr> sources) {
        var admission = new Admission(link, sources);
        inTurn(() -> {
            rules(link, true);
            filter.add(admission.keys());
            admission.keys().forEach(key -> users.merge(key, 1, Integer::sum));
        });
        return admission;
    }

    /** An admission that replaced this one may need the same still. */
    private void dismiss(Admission admission) {
        var gone = new ArrayList<LinkSet.Key>();
        for (var key : admission.keys()) {
            if (users.merge(key, -1, Integer::sum) <= 0) {
                users.remove(key);
                gone.add(key);
            }
        }
        filter.remove(gone);
        if (gone.contains(new LinkSet.Key(admission.link, null))) {
            rules(admission.link, false);
        }
    }

    private void rules(String link, boolean present) {
        try (var network = Network.open(netns)) {
            var change = network.change();
            for (boolean ipv6 : new boolean[] {false, true}) {
                var rule = Rule.incoming(ipv6, PRIORITY, link, TABLE);
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

    /** Forgets every client and the filter, for good. */
    void remove() {
        inTurn(() -> {
            try (var network = Network.open(netns)) {
                var change = network.change();
                network.rules().stream()
                        .filter(rule -> rule.table() == TABLE && rule.priority() == PRIORITY)
                        .forEach(change::deleteRule);
                change.attempt();
            }
            filter.delete();
            users.clear();
        });
    }

    private void inTurn(Runnable work) {
        if (!turn.take(PATIENCE)) {
            throw new Refused(Refused.Reason.DEADLINE, "vpn-gateway: the packet filter is busy");
        }
        try {
            work.run();
        } catch (KernelRefused e) {
            throw new Refused(
                    e.is(Errno.ENOENT, Errno.EPROTONOSUPPORT, Errno.EROFS)
                            ? Refused.Reason.UNAVAILABLE
                            : Refused.Reason.INTERNAL,
                    "vpn-gateway: " + e.getMessage(),
                    e);
        } finally {
            turn.give();
        }
    }
}
