package org.nsm4j.core.chain;

import java.time.Duration;
import java.time.Instant;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.schedule.Scheduler;

/**
 * The end of a hop's chain: asks the next hop (behaviour C-7 to C-12, with channels kept).
 *
 * <p>When a refresh goes to another URL than before, the connection is closed there first, since the hops behind both
 * may share an id (C-9).
 */
public final class Dial implements Element {
    /** How long a request may take when its caller set no deadline; upstream's client default. */
    private static final Duration REQUEST = Duration.ofSeconds(15);
    /** How long a close may take when its caller set no deadline. */
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final Hop.Directory hops;
    private final Scheduler scheduler;

    /** Dials hops of a directory. */
    public Dial(Hop.Directory hops, Scheduler scheduler) {
        this.hops = hops;
        this.scheduler = scheduler;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var url = call.next()
                .orElseThrow(() ->
                        new Refused(Refused.Reason.INTERNAL, "cannot ask the next hop: no element said which it is"));
        call.standsAt().filter(before -> !before.equals(url)).ifPresent(before -> closeBefore(call, before));
        try {
            return hops.at(url).request(call.outgoing(), deadline(call, REQUEST), call::onCancel);
        } finally {
            call.onCancel(null);
        }
    }

    private void closeBefore(Call call, Url before) {
        try {
            hops.at(before).close(call.standing().orElse(call.connection()), halfOfTheTime(call));
        } catch (Refused e) {
            // the hop that we leave may well be dead; what it holds it expires by itself
        }
    }

    @Override
    public void close(Call call, Rest rest) {
        var url = call.next().or(call::previousNext);
        if (url.isPresent()) {
            var deadline = deadline(call, CLOSE);
            var now = scheduler.now();
            // closing goes on although the one who asked for it has stopped to wait
            hops.at(url.get()).close(call.connection(), deadline.isAfter(now) ? deadline : now.plus(CLOSE));
        }
    }

    /** A hop that does not answer any more must not use up what the new one needs. */
    private Instant halfOfTheTime(Call call) {
        var now = scheduler.now();
        var half = Duration.between(now, deadline(call, REQUEST)).dividedBy(2);
        return now.plus(half.compareTo(CLOSE) < 0 ? half : CLOSE);
    }

    private Instant deadline(Call call, Duration otherwise) {
        var deadline = call.caller().deadline();
        return deadline != null ? deadline : scheduler.now().plus(otherwise);
    }
}
