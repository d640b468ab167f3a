package org.nsm4j.core.path;

import java.util.function.Supplier;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Segment;

/**
 * Writes this hop into the connection's path on the way out, and gives the caller's id and index back on the way in
 * (behaviour C-3, C-4; upstream's updatepath).
 *
 * <p>Place: first, for the id by which everything after it knows the connection is decided here.
 */
@Does("writes this hop into the path, and gives the caller's id and place back on the way in")
public final class UpdatePath implements Element {
    private final String name;
    private final Supplier<ConnectionId> ids;

    /**
     * Writes a hop's segment.
     *
     * @param name the hop's own name
     * @param ids gives a fresh id at each call
     */
    public UpdatePath(String name, Supplier<ConnectionId> ids) {
        this.name = name;
        this.ids = ids;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        try {
            var asked = call.incoming().connection();
            var answer = rest.request(call.with(this::enter));
            return leave(answer, asked);
        } catch (Refused e) {
            throw e.at(name);
        }
    }

    @Override
    public void close(Call call, Rest rest) {
        try {
            rest.close(call.with(this::enter));
        } catch (Refused e) {
            throw e.at(name);
        }
    }

    private Connection enter(Connection connection) {
        var path = connection.path();
        if (path.segments().isEmpty()) {
            var id = connection.id().isNone() ? ids.get() : connection.id();
            return connection.withId(id).withPath(Path.startingAt(Segment.of(name, id)));
        }
        var current = path.current()
                .orElseThrow(() -> new Refused(
                        Refused.Reason.INVALID,
                        "path index: %d (expected: less than the %d segments)"
                                .formatted(path.index(), path.segments().size())));
        if (current.name().equals(name)) {
            return connection.withId(current.id());
        }
        if (!current.id().equals(connection.id())) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "connection id: %s (expected: %s, the id of the path's current segment)"
                            .formatted(connection.id(), current.id()));
        }
        int own = path.index() + 1;
        var next = path.segment(own);
        Segment segment;
        if (next.isEmpty()) {
            segment = Segment.of(name, ids.get());
        } else if (next.get().name().equals(name)) {
            segment = next.get();
        } else {
            segment = next.get().renamed(name, ids.get());
        }
        return connection.withId(segment.id()).withPath(path.with(own, segment).at(own));
    }

    private static Connection leave(Connection answer, Connection asked) {
        int index = asked.path().index();
        var path = answer.path().at(index);
        return answer.withId(path.current().map(Segment::id).orElse(answer.id()))
                .withPath(path);
    }
}
