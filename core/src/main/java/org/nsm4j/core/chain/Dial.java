package org.nsm4j.core.chain;

import java.time.Duration;
import java.time.Instant;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.model.WireReport;
import org.nsm4j.core.schedule.Scheduler;

/**
 * The end of a hop's chain: asks the next hop (behaviour C-7 to C-12, with channels kept).
 *
 * <p>When a refresh goes to another URL than before, the connection is closed there first, since the hops behind both
 * may share an id (C-9). When the client's own hop moves to another path, the hops behind share none: the old path is
 * closed when the new one stands; only where the forwarder there cannot let two wires stand at once, before.
 */
@Does("asks the next hop, and is the end of the chain")
public final class Dial implements Element {
    private static final System.Logger LOG = System.getLogger(Dial.class.getName());
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
        if (call.moves()) {
            return move(call, url);
        }
        call.standsAt().filter(before -> !before.equals(url)).ifPresent(before -> closeBefore(call, before));
        return ask(call, url);
    }

    private Connection ask(Call call, Url url) {
        try {
            var files = call.caller().files();
            return hops.at(url).request(call.outgoing(), files, deadline(call, REQUEST), call::onCancel);
        } finally {
            call.onCancel(null);
        }
    }

    private Connection move(Call call, Url url) {
        var former = call.previous().orElseThrow();
        var before = call.previousNext().orElse(url);
        if (WireReport.swaps(former)) {
            try {
                var answer = ask(call, url);
                call.attempt()
                        .afterwards(() ->
                                closeQuietly(before, former, scheduler.now().plus(CLOSE)));
                return answer;
            } catch (Refused e) {
                // the two are in each other's way after all
                if (e.reason() != Refused.Reason.CONFLICT) {
                    throw e;
                }
            }
        }
        call.attempt().leave();
        closeQuietly(before, former, halfOfTheTime(call));
        return ask(call, url);
    }

    private void closeBefore(Call call, Url before) {
        closeQuietly(before, call.standing().orElse(call.connection()), halfOfTheTime(call));
    }

    private void closeQuietly(Url url, Connection connection, Instant deadline) {
        try {
            hops.at(url).close(connection, deadline);
        } catch (Refused e) {
            // the hop that we leave may well be dead; what it holds it expires by itself
            LOG.log(System.Logger.Level.DEBUG, "not closed connection={0} reason={1}", connection.id(), e);
        }
    }

    @Override
    public void close(Call call, Rest rest) {
        var url = call.next().or(call::previousNext);
        if (url.isPresent() && !call.attempt().hasLeft()) {
            var deadline = deadline(call, CLOSE);
            var now = scheduler.now();
            // closing goes on although the one who asked for it has stopped to wait
            try {
                hops.at(url.get()).close(call.connection(), deadline.isAfter(now) ? deadline : now.plus(CLOSE));
            } catch (Refused e) {
                throw named(e, call);
            }
            return;
        }
        var next = call.connection().path().next();
        if (next.isPresent()) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "cannot tell %s of the close: where it listens is not known (expected: that it is registered; what it holds ends with the client's token)"
                            .formatted(next.get().name()));
        }
    }

    /** A URL alone, such as that of a socket which was passed here, says little to who reads the refusal. */
    private static Refused named(Refused refusal, Call call) {
        var next = call.connection().path().next();
        return next.isEmpty() || refusal.hop().isPresent()
                ? refusal
                : new Refused(
                        refusal.reason(),
                        "cannot tell %s of the close: %s".formatted(next.get().name(), refusal.sentence()),
                        refusal);
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
