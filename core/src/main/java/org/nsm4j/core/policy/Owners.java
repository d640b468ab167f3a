package org.nsm4j.core.policy;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.core.path.TokenSubject;

/**
 * Whose the connections of a hop are: of the identity at the start of their path, as long as they stand. The hops between
 * may change, for a manager that is replaced goes on with what stands; the one who asked for a connection may not.
 *
 * <p>Where nobody showed a token there are no owners, and nothing is refused.
 */
public final class Owners {
    private final TokenSubject subjects;
    private final Map<ConnectionId, Owner> owners = new ConcurrentHashMap<>();

    /** Nobody owns anything yet. */
    public Owners(TokenSubject subjects) {
        this.subjects = subjects;
    }

    /** Who asked for a connection, and by which neighbour; ends with the connection. */
    final class Owner implements AutoCloseable {
        private final ConnectionId id;
        private final SpiffeId origin;
        private volatile SpiffeId neighbour;

        private Owner(ConnectionId id, SpiffeId origin, SpiffeId neighbour) {
            this.id = id;
            this.origin = origin;
            this.neighbour = neighbour;
            owners.put(id, this);
        }

        @Override
        public void close() {
            owners.remove(id, this);
        }

        @Override
        public String toString() {
            return origin + " by " + neighbour;
        }
    }

    /**
     * Whether the caller is the neighbour by which the connection came, and speaks for its owner.
     *
     * @return false also where nobody owns it
     */
    boolean isAskedByOwner(Call call) {
        var owner = owners.get(call.id());
        return owner != null
                && origin(call).filter(owner.origin::equals).isPresent()
                && call.caller().peer().filter(owner.neighbour::equals).isPresent();
    }

    /**
     * Lets the owner alone go on.
     *
     * @throws Refused with {@link Refused.Reason#NOT_AUTHORIZED} for anybody else
     */
    void refuseOthers(Call call) {
        var owner = owners.get(call.id());
        if (owner == null || call.caller().own()) {
            return;
        }
        var asks = origin(call);
        if (asks.filter(owner.origin::equals).isEmpty()) {
            throw new Refused(
                    Refused.Reason.NOT_AUTHORIZED,
                    "no sufficient privileges: rule segment_owner: connection %s: asked for by %s (expected: its owner, or another id)"
                            .formatted(call.id(), asks.map(SpiffeId::toString).orElse("nobody")));
        }
    }

    /** Notes whose the connection is, for as long as it is asked for. */
    void hold(Call call) {
        var present = call.held(Owner.class);
        var neighbour = call.caller().peer();
        var origin = origin(call);
        if (present.isPresent()) {
            call.hold(Owner.class, present::get);
        } else if (neighbour.isPresent() && origin.isPresent()) {
            call.hold(Owner.class, () -> new Owner(call.id(), origin.get(), neighbour.get()));
        }
    }

    /** Notes by which neighbour the connection was last asked for with success. */
    void answered(Call call) {
        call.held(Owner.class).ifPresent(owner -> call.caller().peer().ifPresent(peer -> owner.neighbour = peer));
    }

    private Optional<SpiffeId> origin(Call call) {
        return call.connection().path().segment(0).flatMap(first -> subjects.of(first.token()));
    }

    /** How many connections have an owner. */
    public int size() {
        return owners.size();
    }
}
