package org.nsm4j.core.address;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.lease.Ledger;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.schedule.Guard;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Gives each connection a pair of addresses out of every group of prefixes: the lower for the endpoint's side, the
 * higher for the client's, with a route to each other (behaviour I-1 to I-7, upstream's point2pointipam).
 *
 * <p>A refresh keeps its pair unless an excluded prefix covers it by now. A connection that is unknown here but brings
 * addresses of ours, because we restarted or it healed, gets them again if nobody has them. Unlike upstream, addresses
 * of ours that a request brings but that are not (or no longer) its own are taken out of it; what a former process of the
 * endpoint gave away is known from its ledger before anybody asks; and what was in use rests a while, lest packets for the
 * last owner reach the next.
 *
 * <p>Place: in endpoints, before {@link org.nsm4j.core.path.TrimPath}'s end and before anything that reads the
 * addresses; one for each chain, however many groups.
 */
@Does("gives the connection a pair of addresses out of each pool, with routes to each other")
public final class AllocateAddresses implements Element {
    /** What happens to addresses that a request brings from elsewhere. */
    public enum Foreign {
        /** They stay beside ours (upstream's "polite"). */
        KEPT,
        /** They go, with the routes to them (upstream's "strict"). */
        REMOVED
    }

    /** How long addresses that were in use go to nobody else while others are free, unless something else is said. */
    public static final Duration REST = Duration.ofSeconds(30);

    /** Where nobody says when the client's token ends: upstream's token life. */
    private static final Duration UNSAID = Duration.ofMinutes(10);

    private final String service;
    private final Foreign foreign;
    private final Scheduler scheduler;
    private final Guard guard;
    private final AddressBook book;

    /**
     * Hands out addresses that end with this process, and goes back to the lowest at once, as upstream does.
     *
     * @param groups out of which prefixes
     * @param foreign what happens to addresses from elsewhere
     * @param service named in refusals
     */
    public AllocateAddresses(PrefixGroups groups, Foreign foreign, String service, Scheduler scheduler) {
        this(groups, foreign, service, Ledger.none(), Duration.ZERO, scheduler);
    }

    /**
     * Hands out addresses that are known to the next process of the endpoint too.
     *
     * @param groups out of which prefixes
     * @param foreign what happens to addresses from elsewhere
     * @param service named in refusals
     * @param ledger where it is written down which are whose; belongs to this element from here on
     * @param rest how long addresses that were in use go to nobody else while others are free
     */
    public AllocateAddresses(
            PrefixGroups groups, Foreign foreign, String service, Ledger ledger, Duration rest, Scheduler scheduler) {
        this.service = service;
        this.foreign = foreign;
        this.scheduler = scheduler;
        this.guard = new Guard(scheduler);
        this.book = new AddressBook(groups, ledger, rest, scheduler.now());
    }

    /** What a connection has: one pair of each group, in the groups' order. */
    private final class Lease implements AutoCloseable {
        final List<AddressPair> pairs;
        volatile LeaseEntry.Holder holder;

        Lease(List<AddressPair> pairs, LeaseEntry.Holder holder) {
            this.pairs = pairs;
            this.holder = holder;
        }

        @Override
        public void close() {
            guard.run(() -> pairs.forEach(pair -> book.giveUp(pair, holder, scheduler.now())));
        }
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var asked = call.connection().context().ip();
        var excluded = PrefixSet.of(asked.excluded());
        var holder = holder(call);
        var before = call.held(Lease.class).orElse(null);
        boolean kept = before != null && before.pairs.stream().noneMatch(pair -> pair.isCovered(excluded));
        Lease lease = before != null && kept
                ? call.hold(Lease.class, () -> before)
                : call.replace(Lease.class, () -> guard.call(() -> give(before, asked, holder)));
        var answer = rest.request(call.with(
                connection -> connection.withContext(context -> context.withIp(written(context.ip(), lease)))));
        lease.holder = holder;
        guard.run(() -> book.answered(lease.pairs, holder, scheduler.now()));
        return answer;
    }

    private Lease give(@Nullable Lease before, Context.Ip asked, LeaseEntry.Holder holder) {
        return new Lease(
                book.give(before == null ? null : before.pairs, asked, holder, service, scheduler.now()), holder);
    }

    private LeaseEntry.Holder holder(Call call) {
        var path = call.connection().path();
        return new LeaseEntry.Holder(
                call.id().value(),
                path.segment(0)
                        .map(first -> first.id().value())
                        .orElse(call.id().value()),
                path.previous()
                        .flatMap(previous -> Optional.ofNullable(previous.expires()))
                        .orElseGet(() -> scheduler.now().plus(UNSAID)));
    }

    @Override
    public void close(Call call, Rest rest) {
        try {
            rest.close(call);
        } finally {
            if (call.held(Lease.class).isEmpty()) {
                guard.run(() -> book.forget(call.id().value(), scheduler.now()));
            }
        }
    }

    /** The context with our pairs, and without what a request brought but does not own. */
    private Context.Ip written(Context.Ip asked, Lease lease) {
        var client = lease.pairs.stream().map(AddressPair::client).toList();
        var endpoint = lease.pairs.stream().map(AddressPair::endpoint).toList();
        var staleClient = stale(asked.srcAddresses(), client);
        var staleEndpoint = stale(asked.dstAddresses(), endpoint);
        return asked.withAddresses(
                        joined(without(asked.srcAddresses(), staleClient), client),
                        joined(without(asked.dstAddresses(), staleEndpoint), endpoint))
                .withRoutes(
                        routes(asked.srcRoutes(), staleEndpoint, endpoint),
                        routes(asked.dstRoutes(), staleClient, client));
    }

    private List<Cidr> stale(List<Cidr> brought, List<Cidr> own) {
        return brought.stream()
                .filter(address -> !own.contains(Cidr.host(address.address())))
                .filter(address -> foreign == Foreign.REMOVED || book.contains(address.address()))
                .toList();
    }

    private static List<Cidr> without(List<Cidr> brought, List<Cidr> stale) {
        return brought.stream().filter(each -> !stale.contains(each)).toList();
    }

    private static List<Context.Route> routes(List<Context.Route> brought, List<Cidr> stale, List<Cidr> to) {
        var gone = stale.stream().map(each -> Cidr.host(each.address())).toList();
        var kept =
                brought.stream().filter(route -> !gone.contains(route.prefix())).toList();
        return joined(kept, to.stream().map(Context.Route::to).toList());
    }

    private static <T> List<T> joined(List<T> present, List<T> more) {
        var all = new LinkedHashSet<>(present);
        all.addAll(more);
        return List.copyOf(all);
    }
}
