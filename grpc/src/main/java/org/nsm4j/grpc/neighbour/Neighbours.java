package org.nsm4j.grpc.neighbour;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.grpc.spiffe.IdentitySource;

/**
 * The roles that this process serves, by where they listen. A hop to one of them is a call within the process: half of
 * the hops of a node whose manager and forwarder share a process, and without them half of the time of a request.
 *
 * <p>Nothing is trusted for it that would not be trusted over a socket: the caller shows its identity and a token, and
 * the other role's policies hold it to them.
 */
public final class Neighbours {
    private final Map<Url, Neighbour> served = new ConcurrentHashMap<>();

    /** No role yet. */
    public Neighbours() {}

    /** From now on a role listens there. */
    public void add(Url url, Neighbour neighbour) {
        served.put(url, neighbour);
    }

    /** That very role listens there no more. */
    public void remove(Url url, Neighbour neighbour) {
        served.remove(url, neighbour);
    }

    /** The role that listens there, if it is one of this process. */
    public Optional<Neighbour> at(Url url) {
        return Optional.ofNullable(served.get(url));
    }

    /**
     * Hops that are reached within the process where they are in it. It is decided at each call, so that a role which
     * comes or goes is found or missed as over a socket.
     *
     * @param others the way to all others
     * @param identity who asks
     * @param tokens by which it shows so
     */
    public Hop.Directory before(Hop.Directory others, IdentitySource identity, Tokens tokens) {
        return url -> new NeighbourHop(() -> at(url), others.at(url), new Asker(identity, tokens));
    }
}
