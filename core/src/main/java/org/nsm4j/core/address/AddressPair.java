package org.nsm4j.core.address;

import java.net.InetAddress;
import java.util.Optional;
import org.nsm4j.core.model.Cidr;

/**
 * Two addresses in use by one connection: the endpoint's side and the client's. While a refresh runs, the leases of
 * the old and the new generation may share it; the last to give it up decides when both addresses are free again.
 *
 * <p>Threads: guarded by the owner of the pool.
 */
final class AddressPair {
    private final PrefixPool pool;
    private final InetAddress endpoint;
    private final InetAddress client;
    private int leases = 1;
    private boolean used;

    AddressPair(PrefixPool pool, InetAddress endpoint, InetAddress client) {
        this.pool = pool;
        this.endpoint = endpoint;
        this.client = client;
    }

    Cidr endpoint() {
        return Cidr.host(endpoint);
    }

    Cidr client() {
        return Cidr.host(client);
    }

    boolean isCovered(PrefixSet excluded) {
        return excluded.contains(endpoint) || excluded.contains(client);
    }

    /** The same pair for one more lease; empty where it is excluded by now. */
    Optional<AddressPair> keepUnless(PrefixSet excluded) {
        if (isCovered(excluded)) {
            return Optional.empty();
        }
        leases++;
        return Optional.of(this);
    }

    /** One lease less; says whether it was the last. */
    boolean giveUp() {
        leases--;
        return leases == 0;
    }

    /** A client was told of it. */
    void use() {
        used = true;
    }

    boolean isUsed() {
        return used;
    }

    /** A lease again, after the last one was given up. */
    AddressPair again() {
        leases = 1;
        return this;
    }

    /** Both addresses may go to anybody. */
    void free() {
        pool.release(endpoint);
        pool.release(client);
    }
}
