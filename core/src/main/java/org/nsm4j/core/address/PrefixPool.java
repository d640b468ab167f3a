package org.nsm4j.core.address;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Cidr;

/**
 * The addresses of one prefix, each free or in use; the lowest free one comes first. Network and broadcast addresses
 * count, since the addresses go to point-to-point wires (behaviour I-2). Every operation takes logarithmic time in the
 * number of free runs, whatever the prefix's length.
 *
 * <p>Threads: one at a time; the owner guards it.
 */
public final class PrefixPool {
    private final Cidr prefix;
    private final AddressRange whole;
    /** Runs of free addresses, first to last, never touching each other. */
    private final TreeMap<BigInteger, BigInteger> free = new TreeMap<>();

    private BigInteger inUse = BigInteger.ZERO;

    private PrefixPool(Cidr prefix) {
        this.prefix = prefix;
        this.whole = AddressRange.of(prefix);
        free.put(whole.first(), whole.last());
    }

    /** A pool of which nothing is in use; host bits of the prefix do not count. */
    public static PrefixPool of(Cidr prefix) {
        return new PrefixPool(prefix.network());
    }

    /** The prefix whose addresses these are. */
    public Cidr prefix() {
        return prefix;
    }

    /** Whether the address is one of this pool's, free or not. */
    public boolean contains(InetAddress address) {
        return prefix.contains(address);
    }

    /** Whether the address is one of this pool's and not in use. */
    public boolean isFree(InetAddress address) {
        if (!contains(address)) {
            return false;
        }
        var number = AddressRange.number(address);
        var run = free.floorEntry(number);
        return run != null && run.getValue().compareTo(number) >= 0;
    }

    /**
     * Takes the lowest free address into use.
     *
     * @param excluded addresses that must not be handed out
     * @return empty where every address is in use or excluded
     */
    public Optional<InetAddress> takeLowest(PrefixSet excluded) {
        var run = free.firstEntry();
        while (run != null) {
            var candidate = run.getKey();
            while (candidate.compareTo(run.getValue()) <= 0) {
                var skip = excluded.lastAround(candidate, prefix.isIpv4());
                if (skip.isEmpty()) {
                    use(run.getKey(), run.getValue(), candidate);
                    return Optional.of(AddressRange.address(candidate, prefix.isIpv4()));
                }
                candidate = skip.get().add(BigInteger.ONE);
            }
            // nothing before the candidate can be had, so runs that end before it need no look
            run = candidate.compareTo(whole.last()) > 0 ? null : runAtOrAfter(candidate);
        }
        return Optional.empty();
    }

    private Map.@Nullable Entry<BigInteger, BigInteger> runAtOrAfter(BigInteger number) {
        var around = free.floorEntry(number);
        return around != null && around.getValue().compareTo(number) >= 0 ? around : free.higherEntry(number);
    }

    /**
     * Takes one particular address into use.
     *
     * @return whether it was free
     */
    public boolean take(InetAddress address) {
        if (!isFree(address)) {
            return false;
        }
        var number = AddressRange.number(address);
        var run = free.floorEntry(number);
        use(run.getKey(), run.getValue(), number);
        return true;
    }

    private void use(BigInteger first, BigInteger last, BigInteger number) {
        free.remove(first);
        if (first.compareTo(number) < 0) {
            free.put(first, number.subtract(BigInteger.ONE));
        }
        if (number.compareTo(last) < 0) {
            free.put(number.add(BigInteger.ONE), last);
        }
        inUse = inUse.add(BigInteger.ONE);
    }

    /**
     * Gives an address back.
     *
     * @throws IllegalStateException when it is not in use: somebody released it twice
     */
    public void release(InetAddress address) {
        if (!contains(address) || isFree(address)) {
            throw new IllegalStateException("release %s to %s: not in use".formatted(address.getHostAddress(), prefix));
        }
        var first = AddressRange.number(address);
        var last = first;
        var before = free.lowerEntry(first);
        if (before != null && before.getValue().add(BigInteger.ONE).equals(first)) {
            first = before.getKey();
        }
        var after = free.remove(last.add(BigInteger.ONE));
        free.put(first, after == null ? last : after);
        inUse = inUse.subtract(BigInteger.ONE);
    }

    /** How many addresses are in use. */
    public BigInteger inUse() {
        return inUse;
    }

    /** How many addresses there are. */
    public BigInteger size() {
        return whole.size();
    }
}
