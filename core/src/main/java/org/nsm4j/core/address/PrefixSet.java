package org.nsm4j.core.address;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.nsm4j.core.model.Cidr;

/**
 * Prefixes of both families as one set of addresses: overlaps and neighbours are merged, so that a lookup takes
 * logarithmic time however many prefixes were given.
 *
 * <p>Threads: immutable.
 */
public final class PrefixSet {
    /** No address. */
    public static final PrefixSet EMPTY = of(List.of());

    private final NavigableMap<BigInteger, BigInteger> ipv4;
    private final NavigableMap<BigInteger, BigInteger> ipv6;

    private PrefixSet(NavigableMap<BigInteger, BigInteger> ipv4, NavigableMap<BigInteger, BigInteger> ipv6) {
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
    }

    /** The addresses of all the prefixes. */
    public static PrefixSet of(Collection<Cidr> prefixes) {
        return new PrefixSet(merged(prefixes, true), merged(prefixes, false));
    }

    private static NavigableMap<BigInteger, BigInteger> merged(Collection<Cidr> prefixes, boolean ipv4) {
        var ranges = new TreeMap<BigInteger, BigInteger>();
        for (var prefix : prefixes) {
            if (prefix.isIpv4() == ipv4) {
                var range = AddressRange.of(prefix);
                ranges.merge(range.first(), range.last(), BigInteger::max);
            }
        }
        var merged = new TreeMap<BigInteger, BigInteger>();
        ranges.forEach((first, last) -> {
            var before = merged.lastEntry();
            if (before != null && before.getValue().add(BigInteger.ONE).compareTo(first) >= 0) {
                merged.put(before.getKey(), before.getValue().max(last));
            } else {
                merged.put(first, last);
            }
        });
        return merged;
    }

    /** Whether the address is in the set. */
    public boolean contains(InetAddress address) {
        return lastAround(AddressRange.number(address), address.getAddress().length == 4)
                .isPresent();
    }

    /** The last address of the run of set addresses that holds this one; empty where it is not in the set. */
    Optional<BigInteger> lastAround(BigInteger number, boolean isIpv4) {
        var run = (isIpv4 ? ipv4 : ipv6).floorEntry(number);
        return run == null || run.getValue().compareTo(number) < 0 ? Optional.empty() : Optional.of(run.getValue());
    }

    /** The fewest prefixes that make up the set, in order, IPv4 first. */
    public List<Cidr> prefixes() {
        var all = new ArrayList<Cidr>();
        ipv4.forEach((first, last) -> split(first, last, true, all));
        ipv6.forEach((first, last) -> split(first, last, false, all));
        return all;
    }

    private static void split(BigInteger first, BigInteger last, boolean ipv4, List<Cidr> into) {
        int bits = ipv4 ? 32 : 128;
        var at = first;
        while (at.compareTo(last) <= 0) {
            int aligned = at.signum() == 0 ? bits : Math.min(bits, at.getLowestSetBit());
            int fits = last.subtract(at).add(BigInteger.ONE).bitLength() - 1;
            int hostBits = Math.min(aligned, fits);
            into.add(new Cidr(AddressRange.address(at, ipv4), bits - hostBits));
            at = at.add(BigInteger.ONE.shiftLeft(hostBits));
        }
    }
}
