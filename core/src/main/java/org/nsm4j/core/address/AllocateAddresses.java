package org.nsm4j.core.address;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Element;
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
 * of ours that a request brings but that are not (or no longer) its own are taken out of it.
 *
 * <p>Place: in endpoints, before {@link org.nsm4j.core.path.TrimPath}'s end and before anything that reads the
 * addresses; one for each chain, however many groups.
 */
public final class AllocateAddresses implements Element {
    /** What happens to addresses that a request brings from elsewhere. */
    public enum Foreign {
        /** They stay beside ours (upstream's "polite"). */
        KEPT,
        /** They go, with the routes to them (upstream's "strict"). */
        REMOVED
    }

    private final String service;
    private final Foreign foreign;
    private final Guard guard;
    private final List<PoolGroup> groups;

    /**
     * Hands out addresses.
     *
     * @param groups out of which prefixes
     * @param foreign what happens to addresses from elsewhere
     * @param service named in refusals
     */
    public AllocateAddresses(PrefixGroups groups, Foreign foreign, String service, Scheduler scheduler) {
        this.service = service;
        this.foreign = foreign;
        this.guard = new Guard(scheduler);
        this.groups = groups.groups().stream().map(PoolGroup::new).toList();
    }

    /** What a connection has: one pair of each group, in the groups' order. */
    private final class Lease implements AutoCloseable {
        final List<AddressPair> pairs;

        Lease(List<AddressPair> pairs) {
            this.pairs = pairs;
        }

        @Override
        public void close() {
            guard.run(() -> pairs.forEach(AddressPair::release));
        }
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var asked = call.connection().context().ip();
        var excluded = PrefixSet.of(asked.excluded());
        var before = call.held(Lease.class).orElse(null);
        boolean kept = before != null && before.pairs.stream().noneMatch(pair -> pair.isCovered(excluded));
        Lease lease = before != null && kept
                ? call.hold(Lease.class, () -> before)
                : call.replace(Lease.class, () -> guard.call(() -> allocate(before, asked, excluded)));
        return rest.request(call.with(
                connection -> connection.withContext(context -> context.withIp(written(context.ip(), lease)))));
    }

    private Lease allocate(@Nullable Lease before, Context.Ip asked, PrefixSet excluded) {
        var pairs = new ArrayList<AddressPair>();
        for (int i = 0; i < groups.size(); i++) {
            var group = groups.get(i);
            var pair = before == null
                    ? group.adopt(asked, excluded).or(() -> group.take(excluded))
                    : before.pairs.get(i).keepUnless(excluded).or(() -> group.take(excluded));
            if (pair.isEmpty()) {
                pairs.forEach(AddressPair::release);
                throw group.full(service, asked.excluded().size());
            }
            pairs.add(pair.get());
        }
        return new Lease(List.copyOf(pairs));
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
                .filter(address -> foreign == Foreign.REMOVED
                        || groups.stream().anyMatch(group -> group.contains(address.address())))
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
