package org.nsm4j.core.life;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.schedule.Guard;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Watches the next hop and tells on what it reports, so that the client hears of a failure anywhere on the path within
 * milliseconds (behaviour MO-4 to MO-6).
 *
 * <p>All connections to one next hop share one stream, unlike upstream, which opens one for each.
 *
 * <p>Place: after the next hop was selected, and after a {@link Monitor} on the same events.
 */
@Does("watches the next hop, and tells on what it reports")
public final class RelayEvents implements Element {
    private static final Duration LINGER = Duration.ofSeconds(30);

    private final String name;
    private final Behind behind;
    private final Hop.Directory hops;
    private final Events events;
    private final Scheduler scheduler;
    private final Guard guard;
    private final Map<Url, NextHop> streams = new HashMap<>();

    /** What is behind a next hop on this node. */
    public enum Behind {
        /** Another part of the mesh: when it ends, wires stay as they are. */
        MESH,
        /** The endpoint itself: when that ends, so does what it does with packets, whatever its interface answers. */
        ENDPOINT
    }

    /**
     * Relays events.
     *
     * @param name this hop's own name, as the path upkeep writes it
     * @param behind what a next hop on this node is
     * @param hops where the next hops are found
     * @param events where to tell
     */
    public RelayEvents(String name, Behind behind, Hop.Directory hops, Events events, Scheduler scheduler) {
        this.name = name;
        this.behind = behind;
        this.hops = hops;
        this.events = events;
        this.scheduler = scheduler;
        this.guard = new Guard(scheduler);
    }

    /** One connection's part in the stream of its next hop. */
    private final class Watched implements AutoCloseable {
        final NextHop stream;
        final NextHop.Leg leg;

        Watched(Call call, Url url) {
            leg = new NextHop.Leg(call.id(), call.connection().path().index());
            stream = join(url, leg);
        }

        @Override
        public void close() {
            leave(stream, leg);
        }
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var next = call.next();
        if (next.isEmpty()) {
            return rest.request(call);
        }
        events.asking(call.id());
        // watched before it is asked for, so that nothing between its answer and ours is missed
        var watched = watch(call, next.get());
        var answer = rest.request(call);
        watched.leg.answered(answer);
        if (watched.stream.hasEnded()) {
            watch(call, next.get()).leg.answered(answer);
        }
        return answer;
    }

    /** What the hops behind say of their own closing is no news to those who watch: they hear of ours (behaviour MO-5). */
    @Override
    public void close(Call call, Rest rest) {
        call.held(Watched.class).ifPresent(held -> guard.call(() -> held.stream.remove(held.leg)));
        rest.close(call);
    }

    private Watched watch(Call call, Url url) {
        boolean fits = call.held(Watched.class)
                .filter(held -> held.stream.url().equals(url) && !held.stream.hasEnded())
                .isPresent();
        return fits
                ? call.hold(Watched.class, () -> new Watched(call, url))
                : call.replace(Watched.class, () -> new Watched(call, url));
    }

    private NextHop join(Url url, NextHop.Leg leg) {
        return guard.call(() -> {
            var present = streams.get(url);
            var stream = present;
            if (stream == null || stream.hasEnded()) {
                var last = behind == Behind.ENDPOINT && url.isLocal() ? hops : null;
                stream = new NextHop(url, name, guard, events, scheduler, last);
                streams.put(url, stream);
                var opened = stream;
                scheduler.spawn("watch " + url, () -> opened.open(hops));
            }
            stream.add(leg);
            return stream;
        });
    }

    /** A stream that nobody needs stays a while: connections that come one after another share it. */
    private void leave(NextHop stream, NextHop.Leg leg) {
        if (guard.call(() -> stream.remove(leg))) {
            scheduler.after(LINGER, "unwatch " + stream.url(), () -> endUnused(stream));
        }
    }

    private void endUnused(NextHop stream) {
        boolean unused = guard.call(() -> {
            boolean empty = stream.isEmpty();
            if (empty) {
                streams.remove(stream.url(), stream);
            }
            return empty;
        });
        if (unused) {
            stream.close();
        }
    }

    /** How many streams are open. */
    int streams() {
        return guard.call(streams::size);
    }
}
