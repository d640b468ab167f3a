package org.nsm4j.core.path;

import java.util.LinkedHashMap;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.chain.Origin;
import org.nsm4j.core.model.Connection;

/**
 * Writes into this hop's path segment how long each element took over the connection's first request, so that whoever
 * asked can see where the time went. Upstream's readers pass such metrics over.
 *
 * <p>Place: right after the connection table, so that the time waited for a turn is nobody's.
 */
@Does("writes into the path how long each element behind it took")
public final class ReportTimes implements Element {
    /** What the keys start with; an element's name or {@code total} follows, the value is in microseconds. */
    public static final String PREFIX = "us.";

    private static final long LEAST_NANOS = 20_000;

    @Override
    public Connection request(Call call, Rest rest) {
        var answer = rest.request(call);
        if (call.origin() != Origin.FIRST && call.origin() != Origin.RESELECT) {
            return answer;
        }
        int own = call.connection().path().index();
        var segment = answer.path().segment(own);
        if (segment.isEmpty()) {
            return answer;
        }
        var metrics = new LinkedHashMap<>(segment.get().metrics());
        metrics.keySet().removeIf(key -> key.startsWith(PREFIX));
        long total = 0;
        for (var each : call.spent().entrySet()) {
            total += each.getValue();
            if (each.getValue() >= LEAST_NANOS) {
                metrics.put(PREFIX + each.getKey(), Long.toString(each.getValue() / 1000));
            }
        }
        metrics.put(PREFIX + "total", Long.toString(total / 1000));
        return answer.withPath(answer.path().with(own, segment.get().withMetrics(metrics)));
    }
}
