package org.nsm4j.testkit.domain;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.testkit.schedule.SimulatedProcess;

/**
 * A stream of events from one process to another: in order, each a while under way, until either of them ends or the
 * connection breaks.
 */
final class NetworkStream implements Hop.Listener, AutoCloseable {
    /** So long that the simulation sets no alarm for it. */
    private static final Duration EVER = Duration.ofDays(4000);

    /** How soon what could not be sent is sent again. */
    private static final Duration AGAIN = Duration.ofMillis(200);

    private final SimulatedProcess server;
    private final SimulatedProcess watcher;
    private final Hop.Listener listener;
    private final BooleanSupplier arrives;
    private final Scheduler.Mailbox<Item> waiting;
    private boolean ended;

    /** What comes out at the watcher's end. */
    private sealed interface Item {
        /** An event. */
        record Told(ConnectionEvent event) implements Item {}

        /** The end. */
        record End(Refused reason) implements Item {}

        /** Nobody listens any more. */
        record Closed() implements Item {}
    }

    /**
     * A stream that is open.
     *
     * @param arrives whether anything gets from the server to the watcher now; what does not, waits
     */
    NetworkStream(SimulatedProcess server, SimulatedProcess watcher, Hop.Listener listener, BooleanSupplier arrives) {
        this.arrives = arrives;
        this.server = server;
        this.watcher = watcher;
        this.listener = listener;
        this.waiting = watcher.mailbox();
    }

    SimulatedProcess server() {
        return server;
    }

    SimulatedProcess watcher() {
        return watcher;
    }

    /** Tells the watcher what has arrived; a task of the watcher's own. */
    void read(RandomGenerator random, Duration longest) {
        while (true) {
            switch (waiting.take(EVER)) {
                case Item.Told(var event) -> {
                    watcher.pause(Duration.ofNanos(random.nextLong(1, longest.toNanos())));
                    while (!ended && !arrives.getAsBoolean()) {
                        watcher.pause(AGAIN);
                    }
                    if (!ended) {
                        listener.event(event);
                    }
                }
                case Item.End(var reason) -> {
                    listener.ended(reason);
                    return;
                }
                case Item.Closed _ -> {
                    return;
                }
                case null -> throw new IllegalStateException("the simulation is older than its world");
            }
        }
    }

    @Override
    public void event(ConnectionEvent event) {
        waiting.put(new Item.Told(event));
    }

    @Override
    public void ended(Refused reason) {
        if (!ended) {
            ended = true;
            waiting.put(new Item.End(reason));
        }
    }

    /** The watcher wants no more. */
    @Override
    public void close() {
        if (!ended) {
            ended = true;
            waiting.put(new Item.Closed());
        }
    }
}
