package org.nsm4j.core.life;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.core.schedule.Guard;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Brings a connection back that is reported down, for as long as it is wanted (behaviour H-1 to H-7, S-1 to S-11).
 *
 * <p>What is done depends on what is known of the two planes:
 * <ul>
 *   <li>the wire works, a hop does not answer: the same is asked for again, which disturbs no packet; another endpoint is
 *       asked for only when that has failed for {@link Healing#PATIENCE};
 *   <li>the wire does not work: the same is asked for again if that can mend it, and where that is refused, or has not
 *       helped a moment ago, another endpoint. The old path stays until the new one stands;
 *   <li>nobody on the path says how the wire is, since its forwarders are not ours: the same is asked for again, and when
 *       that is refused another endpoint, after the old path was closed.
 * </ul>
 *
 * <p>What is refused is tried again after growing, jittered pauses, and at once when more becomes known: a further report,
 * or an endpoint of the service that was registered.
 *
 * <p>Place: in clients only, after the connection table; before a {@link Monitor} and a {@link RelayEvents} on the same
 * events.
 */
@Does("asks again for a connection that is reported down, or moves it to another endpoint")
public final class Heal implements Element {
    private final ConnectionTable connections;
    private final Events events;
    private final Registry<Endpoint> endpoints;
    private final Scheduler scheduler;
    private final RandomGenerator random;
    private final Consumer<Healed> told;
    private final Guard guard;
    private final Map<ConnectionId, Healing> healings = new ConcurrentHashMap<>();
    private final AtomicBoolean listening = new AtomicBoolean();

    /** How a connection was brought back. */
    public enum How {
        /** By the same endpoint, over the same path. */
        MENDED,
        /** By another path, to another endpoint or to the same. */
        MOVED
    }

    /**
     * A connection that was brought back.
     *
     * @param id the client's
     * @param at when
     * @param how it was brought back
     * @param from the endpoint before
     * @param to the endpoint now
     * @param gap for how long the wire did not work at most; zero where it is not known to have been interrupted
     * @param why what was reported
     */
    public record Healed(ConnectionId id, Instant at, How how, String from, String to, Duration gap, String why) {}

    /**
     * Heals what is in a table.
     *
     * @param events where the other elements of the chain tell what they hear
     * @param endpoints watched, while something is broken, for what may take its place
     * @param told of each heal, from a task of its own
     */
    public Heal(
            ConnectionTable connections,
            Events events,
            Registry<Endpoint> endpoints,
            Scheduler scheduler,
            RandomGenerator random,
            Consumer<Healed> told) {
        this.connections = connections;
        this.events = events;
        this.endpoints = endpoints;
        this.scheduler = scheduler;
        this.random = random;
        this.told = told;
        this.guard = new Guard(scheduler);
    }

    @Override
    public Connection request(Call call, Rest rest) {
        if (listening.compareAndSet(false, true)) {
            events.subscribe(Selector.ALL, new Ear());
        }
        var healing = call.hold(Kept.class, () -> new Kept(call.id())).healing;
        var answer = rest.request(call);
        healing.stands(answer, call.origin());
        return answer;
    }

    /** As long as a connection is wanted, so is its healing. */
    private final class Kept implements AutoCloseable {
        private final Healing healing;

        Kept(ConnectionId id) {
            healing = new Healing(id, new Healing.Means(connections, endpoints, scheduler, random, guard, told));
            healings.put(id, healing);
        }

        @Override
        public void close() {
            healings.remove(healing.id(), healing);
            healing.close();
        }
    }

    /** Hears what is told of this client's connections. */
    private final class Ear implements Hop.Listener {
        @Override
        public void event(ConnectionEvent event) {
            if (event.kind() == ConnectionEvent.Kind.UPDATE) {
                for (var connection : event.connections()) {
                    var healing = healings.get(connection.id());
                    if (healing != null && connection.state() == Connection.State.DOWN) {
                        healing.down(connection);
                    }
                }
            }
        }

        @Override
        public void ended(Refused reason) {
            events.subscribe(Selector.ALL, this);
        }
    }

    /** What is wrong with a connection now; empty if nothing is known to be. */
    public Optional<String> trouble(ConnectionId id) {
        return Optional.ofNullable(healings.get(id)).flatMap(Healing::trouble);
    }
}
