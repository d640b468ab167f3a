package org.nsm4j.core.address;

import java.net.InetAddress;
import java.util.Optional;
import org.nsm4j.core.model.Cidr;

/**
 * Two addresses in use by one connection: the endpoint's side and the client's. While a refresh runs, the leases of
 * the old and the new generation may share it; the last to release it gives both addresses back.
 *
 * <p>Threads: guarded by the owner of the pool.
 */
final class AddressPair {
    private final PrefixPool pool;
    private final InetAddress endpoint;
    private final InetAddress client;
    private int leases = 1;

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

    void release() {
        leases--;
        if (leases == 0) {
            pool.release(endpoint);
            pool.release(client);
        }
    }
}
