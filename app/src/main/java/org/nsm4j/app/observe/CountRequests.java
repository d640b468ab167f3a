package org.nsm4j.app.observe;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.chain.Origin;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;

/**
 * Counts a role's requests and closes by what became of them, and how long they took.
 *
 * <p>Place: first, so that nothing that the caller waits for is left out.
 */
@Does("counts requests and closes by what became of them, and times them")
public final class CountRequests implements Element {
    private final String role;
    private final Metrics metrics;
    private final LongSupplier nanoTime;

    /**
     * Counts for a role.
     *
     * @param role one of a few words
     * @param metrics where
     * @param nanoTime the scheduler's clock
     */
    public CountRequests(String role, Metrics metrics, LongSupplier nanoTime) {
        this.role = role;
        this.metrics = metrics;
        this.nanoTime = nanoTime;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        long start = nanoTime.getAsLong();
        var outcome = "bug";
        try {
            var answer = rest.request(call);
            outcome = "done";
            return answer;
        } catch (Refused e) {
            outcome = e.reason().name();
            throw e;
        } finally {
            // what is known of the call's place in its life is known only now
            boolean again = call.origin() == Origin.REFRESH || call.origin() == Origin.ADOPT;
            metrics.answered(role, again ? "refresh" : "request", outcome, since(start));
        }
    }

    @Override
    public void close(Call call, Rest rest) {
        long start = nanoTime.getAsLong();
        var outcome = "bug";
        try {
            rest.close(call);
            outcome = "done";
        } catch (Refused e) {
            outcome = e.reason().name();
            throw e;
        } finally {
            metrics.answered(role, "close", outcome, since(start));
        }
    }

    private Duration since(long start) {
        return Duration.ofNanos(nanoTime.getAsLong() - start);
    }
}
