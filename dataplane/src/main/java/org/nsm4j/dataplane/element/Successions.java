package org.nsm4j.dataplane.element;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Segment;
import org.nsm4j.dataplane.wire.Plumbing;

/**
 * Which wire has a client's end now. A client that moves to another endpoint asks under a fresh id of ours, but it is the
 * same client, and its own id for the connection is the same; so is the interface. Whoever asked last has it: what was asked
 * for before, by a client that gave up waiting, may still come to be long after.
 */
final class Successions {
    /** The client's segment, its manager's, ours. In a chain it is the function before that is the client of this leg. */
    private static final int FROM_CLIENT = 2;

    private final Function<Call, String> clients;
    private final Map<Client, Seated> seated = new ConcurrentHashMap<>();

    Successions(Function<Call, String> clients) {
        this.clients = clients;
    }

    /** A client's connection, as the client knows it; who it is, its tokens prove. */
    private record Client(String identity, String name, ConnectionId id) {}

    /** A connection of ours that has its client's end, and the wire that had it before. */
    private final class Seated implements AutoCloseable {
        final Client client;
        final ConnectionId id;
        final Plumbing.Plugged plugged;
        private volatile long began;
        private volatile @Nullable Seated before;
        private volatile boolean closed;

        Seated(Client client, ConnectionId id, Plumbing.Plugged plugged, long began) {
            this.began = began;
            this.client = client;
            this.id = id;
            this.plugged = plugged;
            this.before = seated.put(client, this);
            var former = before;
            if (former != null && former.standsBefore() == null) {
                // not a chain as long as the client's life
                former.before = null;
            }
        }

        private @Nullable Seated standsBefore() {
            var former = before;
            return former == null || former.closed ? null : former;
        }

        @Override
        public void close() {
            closed = true;
            var former = standsBefore();
            if (former != null) {
                seated.replace(client, this, former);
            } else {
                seated.remove(client, this);
            }
        }
    }

    private Optional<Client> client(Call call) {
        var path = call.connection().path();
        return path.segment(Math.max(0, path.index() - FROM_CLIENT))
                .map((Segment asker) -> new Client(clients.apply(call), asker.name(), asker.id()));
    }

    /**
     * The wire that a call's client has by way of another connection of ours.
     *
     * @throws Refused with {@link Refused.Reason#CANCELLED} when the client has asked for that one later
     */
    Optional<Plumbing.Plugged> former(Call call) {
        var other = client(call)
                .flatMap(each -> Optional.ofNullable(seated.get(each)))
                .filter(each -> !each.id.equals(call.id()));
        if (other.filter(each -> each.began - call.began() > 0).isPresent()) {
            throw new Refused(
                    Refused.Reason.CANCELLED,
                    "connection %s comes too late: its client has asked anew meanwhile, and has connection %s"
                            .formatted(call.id(), other.get().id));
        }
        return other.map(each -> each.plugged);
    }

    /** From now on this wire has the client's end, unless it is given back. */
    void hold(Call call, Plumbing.Plugged plugged) {
        var client = client(call);
        if (client.isEmpty()) {
            return;
        }
        var held = call.held(Seated.class);
        boolean same = held.filter(each -> each.plugged == plugged && seated.get(each.client) == each)
                .isPresent();
        if (same) {
            call.hold(Seated.class, held::get).began = call.began();
        } else {
            call.replace(Seated.class, () -> new Seated(client.get(), call.id(), plugged, call.began()));
        }
    }
}
