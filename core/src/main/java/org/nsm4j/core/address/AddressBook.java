package org.nsm4j.core.address;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.lease.Ledger;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Refused;

/**
 * Which pair of addresses is whose: those in use, those that a former process of the endpoint gave away and whose
 * connections have not asked again yet, and those at rest, which were in use a moment ago and go to nobody but their last
 * client as long as others are free. All of them are in the {@link Ledger}, one entry for each pair.
 *
 * <p>Nothing here has a timer: whose time is over is found when somebody asks.
 *
 * <p>Threads: one at a time; the element that owns it guards it.
 */
final class AddressBook {
    private static final System.Logger LOG = System.getLogger(AddressBook.class.getName());

    private final List<PoolGroup> groups;
    private final Ledger ledger;
    private final Duration rest;
    /** By the pair, in the order in which they were given up. */
    private final Map<AddressPair, LeaseEntry> resting = new LinkedHashMap<>();
    /** By the connection, what its former lease had of each group. */
    private final Map<String, List<Inherited>> inherited = new LinkedHashMap<>();

    /** A pair that waits for its connection to ask again. */
    private record Inherited(int group, AddressPair pair, LeaseEntry entry) {}

    AddressBook(PrefixGroups prefixes, Ledger ledger, Duration rest, Instant now) {
        this.groups = prefixes.groups().stream().map(PoolGroup::new).toList();
        this.ledger = ledger;
        this.rest = rest;
        ledger.entries().forEach((key, text) -> takeUp(key, text, now));
    }

    private void takeUp(String key, String text, Instant now) {
        try {
            var entry = LeaseEntry.parse(key, text);
            for (int group = 0; group < groups.size(); group++) {
                var pair = groups.get(group).takeUp(entry.endpoint(), entry.client());
                if (pair.isPresent()) {
                    takeUp(group, pair.get(), entry, now);
                    return;
                }
            }
            LOG.log(System.Logger.Level.INFO, "addresses {0} are of no pool any more", key);
        } catch (IllegalArgumentException | DateTimeException | Refused e) {
            LOG.log(System.Logger.Level.WARNING, "a lease that cannot be read is passed over: {0} {1}", key, text);
        }
        ledger.remove(key);
    }

    private void takeUp(int group, AddressPair pair, LeaseEntry entry, Instant now) {
        pair.use();
        if (entry.rests()) {
            resting.put(pair, entry);
        } else {
            inherited
                    .computeIfAbsent(entry.connection(), any -> new ArrayList<>())
                    .add(new Inherited(group, pair, entry));
        }
        wake(now);
    }

    boolean contains(java.net.InetAddress address) {
        return groups.stream().anyMatch(group -> group.contains(address));
    }

    /** Whose time is over becomes free; what a connection did not come back for rests first. */
    private void wake(Instant now) {
        for (var all = inherited.values().iterator(); all.hasNext(); ) {
            var pairs = all.next();
            if (pairs.stream().noneMatch(each -> each.entry.until().isAfter(now))) {
                all.remove();
                pairs.forEach(each -> lay(each.pair, each.entry, each.entry.until()));
            }
        }
        for (var all = resting.entrySet().iterator(); all.hasNext(); ) {
            var each = all.next();
            if (!each.getValue().until().isAfter(now)) {
                free(all, each.getKey());
            }
        }
    }

    private void free(Iterator<Map.Entry<AddressPair, LeaseEntry>> at, AddressPair pair) {
        at.remove();
        pair.free();
        ledger.remove(LeaseEntry.key(pair));
    }

    private void lay(AddressPair pair, LeaseEntry entry, Instant from) {
        if (rest.isZero()) {
            pair.free();
            ledger.remove(LeaseEntry.key(pair));
            return;
        }
        var laid = entry.resting(from.plus(rest));
        resting.put(pair, laid);
        note(pair, laid);
    }

    /** What cannot be written down now is only forgotten too early, by a process that ends right after. */
    private void note(AddressPair pair, LeaseEntry entry) {
        try {
            ledger.put(LeaseEntry.key(pair), entry.text());
        } catch (Refused e) {
            LOG.log(System.Logger.Level.WARNING, "addresses {0}: {1}", pair.client(), e.getMessage());
        }
    }

    /**
     * A pair of each group for a connection.
     *
     * @param before what it has; null where it has none
     * @param holder whose they become
     * @param service named in the refusal
     * @throws Refused where a group has none left, or it cannot be written down whose they are
     */
    List<AddressPair> give(
            @Nullable List<AddressPair> before,
            Context.Ip asked,
            LeaseEntry.Holder holder,
            String service,
            Instant now) {
        wake(now);
        var excluded = PrefixSet.of(asked.excluded());
        var former = before == null ? former(holder) : List.<Inherited>of();
        var pairs = new ArrayList<AddressPair>();
        try {
            for (int i = 0; i < groups.size(); i++) {
                int group = i;
                var own = before != null ? before.get(i).keepUnless(excluded) : former(former, i, excluded);
                var pair = own.or(() -> give(group, before == null, asked, excluded, holder))
                        .orElseThrow(() ->
                                groups.get(group).full(service, asked.excluded().size()));
                pairs.add(pair);
                ledger.put(LeaseEntry.key(pair), holder.entry(pair).text());
            }
        } catch (RuntimeException e) {
            pairs.forEach(pair -> giveUp(pair, holder, now));
            throw e;
        }
        return List.copyOf(pairs);
    }

    private static Optional<AddressPair> former(List<Inherited> former, int group, PrefixSet excluded) {
        return former.stream()
                .filter(each -> each.group == group && !each.pair.isCovered(excluded))
                .map(Inherited::pair)
                .findFirst();
    }

    /** What a former process gave a connection. It stays inherited until the connection is answered. */
    private List<Inherited> former(LeaseEntry.Holder holder) {
        var found = inherited.get(holder.connection());
        if (found == null) {
            return List.of();
        }
        found.replaceAll(each -> new Inherited(each.group, each.pair, holder.entry(each.pair)));
        return found;
    }

    private Optional<AddressPair> give(
            int number, boolean fresh, Context.Ip asked, PrefixSet excluded, LeaseEntry.Holder holder) {
        var group = groups.get(number);
        var adopted = fresh
                ? fromRest(group, excluded, holder).or(() -> group.adopt(asked, excluded))
                : Optional.<AddressPair>empty();
        var pair = adopted.or(() -> group.take(excluded));
        // nothing else is free: those that have rested longest go first
        for (var all = resting.entrySet().iterator(); pair.isEmpty() && all.hasNext(); ) {
            var oldest = all.next().getKey();
            if (group.contains(oldest.endpoint().address())) {
                free(all, oldest);
                pair = group.take(excluded);
            }
        }
        return pair;
    }

    /** What the same client had a moment ago. */
    private Optional<AddressPair> fromRest(PoolGroup group, PrefixSet excluded, LeaseEntry.Holder holder) {
        var found = resting.entrySet().stream()
                .filter(each -> each.getValue().of().equals(holder.client())
                        && group.contains(each.getKey().endpoint().address())
                        && !each.getKey().isCovered(excluded))
                .map(Map.Entry::getKey)
                .findFirst();
        found.ifPresent(resting::remove);
        return found.map(AddressPair::again);
    }

    /** A connection was answered: from now on its addresses are in use. */
    void answered(List<AddressPair> pairs, LeaseEntry.Holder holder, Instant now) {
        var former = inherited.remove(holder.connection());
        if (former != null) {
            former.stream().filter(each -> !pairs.contains(each.pair)).forEach(each -> lay(each.pair, each.entry, now));
        }
        for (var pair : pairs) {
            pair.use();
            note(pair, holder.entry(pair));
        }
    }

    /** A lease of a pair ends. What nobody was told of needs no rest. */
    void giveUp(AddressPair pair, LeaseEntry.Holder holder, Instant now) {
        var former = inherited.get(holder.connection());
        boolean stays = former != null && former.stream().anyMatch(each -> each.pair == pair);
        if (stays || !pair.giveUp()) {
            return;
        }
        if (pair.isUsed()) {
            lay(pair, holder.entry(pair), now);
        } else {
            pair.free();
            ledger.remove(LeaseEntry.key(pair));
        }
    }

    /** A connection that a former process knew is closed. */
    void forget(String connection, Instant now) {
        var found = inherited.remove(connection);
        if (found != null) {
            found.forEach(each -> lay(each.pair, each.entry, now));
        }
    }
}
