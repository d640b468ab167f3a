package org.nsm4j.core.address;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Refused;

/**
 * Pools of which the first with room gives a pair.
 *
 * <p>Threads: one at a time; the owner guards it.
 */
final class PoolGroup {
    private final List<PrefixPool> pools;

    PoolGroup(List<Cidr> prefixes) {
        this.pools = prefixes.stream().map(PrefixPool::of).toList();
    }

    boolean contains(InetAddress address) {
        return pools.stream().anyMatch(pool -> pool.contains(address));
    }

    /** The two lowest free addresses of the first pool that has two. */
    Optional<AddressPair> take(PrefixSet excluded) {
        for (var pool : pools) {
            var endpoint = pool.takeLowest(excluded);
            if (endpoint.isEmpty()) {
                continue;
            }
            var client = pool.takeLowest(excluded);
            if (client.isPresent()) {
                return Optional.of(new AddressPair(pool, endpoint.get(), client.get()));
            }
            pool.release(endpoint.get());
        }
        return Optional.empty();
    }

    /** The very pair that a former process gave away; empty where it is not one of these pools', or not free. */
    Optional<AddressPair> takeUp(InetAddress endpoint, InetAddress client) {
        for (var pool : pools) {
            if (pool.isFree(endpoint) && pool.isFree(client) && pool.take(endpoint)) {
                if (pool.take(client)) {
                    return Optional.of(new AddressPair(pool, endpoint, client));
                }
                pool.release(endpoint);
            }
        }
        return Optional.empty();
    }

    /** A pair that the request brought, if one pool has one address of each side and both are free. */
    Optional<AddressPair> adopt(Context.Ip brought, PrefixSet excluded) {
        for (var pool : pools) {
            var endpoint = free(pool, brought.dstAddresses(), excluded);
            var client = free(pool, brought.srcAddresses(), excluded);
            if (endpoint.isPresent() && client.isPresent() && pool.take(endpoint.get())) {
                if (pool.take(client.get())) {
                    return Optional.of(new AddressPair(pool, endpoint.get(), client.get()));
                }
                pool.release(endpoint.get());
            }
        }
        return Optional.empty();
    }

    private static Optional<InetAddress> free(PrefixPool pool, List<Cidr> offered, PrefixSet excluded) {
        return offered.stream()
                .map(Cidr::address)
                .filter(address -> pool.isFree(address) && !excluded.contains(address))
                .findFirst();
    }

    /** The refusal of a group that has no pair left. */
    Refused full(String service, int excluded) {
        var prefixes = pools.stream().map(pool -> pool.prefix().toString()).collect(Collectors.joining(", "));
        var inUse = pools.stream().map(PrefixPool::inUse).reduce(BigInteger.ZERO, BigInteger::add);
        var size = pools.stream().map(PrefixPool::size).reduce(BigInteger.ZERO, BigInteger::add);
        return new Refused(
                Refused.Reason.NO_ADDRESS,
                "prefix: %s (expected: two free addresses; %d of %d in use by service %s%s)"
                        .formatted(
                                prefixes,
                                inUse,
                                size,
                                service,
                                excluded == 0 ? "" : ", and the request excludes %d prefixes".formatted(excluded)));
    }
}
