package org.nsm4j.testkit.chain;

import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Opaque;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;

/** Requests as a client sends them. */
final class Requests {
    static final Instant EARLY = Instant.parse("2026-01-01T00:00:00Z");

    private Requests() {}

    /** A client's first request. */
    static Request first(String id) {
        var connection = Connection.to("intranet").withId(new ConnectionId(id)).withPath(path(0, "client/" + id));
        return new Request(connection, List.of());
    }

    /** What a client asks again with, when it was answered so. */
    static Request again(Connection answer) {
        return new Request(answer, List.of());
    }

    /** A request whose path holds the manager's segment already, but nobody behind it. */
    static Request ofSegment(String id) {
        var connection = Connection.to("intranet")
                .withId(new ConnectionId(id))
                .withPath(path(0, "client/" + id, "manager/m-" + id));
        return new Request(connection, List.of());
    }

    /** A path of hops written {@code name/id}. */
    static Path path(int index, String... hops) {
        var segments = List.of(hops).stream()
                .map(each -> each.split("/"))
                .map(each -> Segment.of(each[0], new ConnectionId(each[1])))
                .toList();
        return new Path(index, segments, Opaque.NONE);
    }

    /** Ids that count: {@code id-1}, {@code id-2} … */
    static Supplier<ConnectionId> ids() {
        var last = new int[1];
        return () -> new ConnectionId("id-" + ++last[0]);
    }
}
