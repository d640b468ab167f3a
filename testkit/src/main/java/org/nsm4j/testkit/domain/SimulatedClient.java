package org.nsm4j.testkit.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.chain.Origin;
import org.nsm4j.core.life.Heal;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.testkit.fake.FakeKernel;
import org.nsm4j.testkit.schedule.SimulatedProcess;

/**
 * A client that wants one connection: asks until it has it, and leaves the rest to the same refreshing and healing as a real
 * one. What it was answered outlives its process, as a file would.
 */
public final class SimulatedClient {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration EVER = Duration.ofDays(4000);

    private final SimulatedDomain domain;
    private final String name;
    private final String node;
    private final String service;
    private final ConnectionId id;
    private final Attention attention = new Attention();
    private @Nullable Running running;
    private Optional<Connection> kept = Optional.empty();
    private boolean wanted;
    private boolean done = true;
    private boolean closing;
    private int failedRefreshes;
    private int moves;

    /** A process of the client. */
    record Running(
            SimulatedProcess process,
            Chain chain,
            ConnectionTable table,
            Heal heal,
            Scheduler.Mailbox<Boolean> decisions) {}

    SimulatedClient(SimulatedDomain domain, String name, String node, String service) {
        this.domain = domain;
        this.name = name;
        this.service = service;
        this.node = node;
        this.id = new ConnectionId(name + "-0");
        start();
    }

    /** Sees what the client's requests come to, as its table does. */
    private final class Attention implements Element {
        /** Whether the wire may be that of a path which the client does not know to stand. */
        private boolean unsure;

        @Override
        public Connection request(Call call, Rest rest) {
            boolean moving = call.origin() == Origin.RESELECT;
            if (moving) {
                unsure = true;
                moves++;
            }
            try {
                var answer = rest.request(call);
                unsure = false;
                return answer;
            } catch (Refused e) {
                if (call.origin() == Origin.REFRESH) {
                    failedRefreshes++;
                }
                throw e;
            }
        }
    }

    /** Wants a connection from now on. */
    public void connect() {
        if (done) {
            wanted = true;
            done = false;
            live();
        }
    }

    /** Wants none any more; {@link #isDone()} tells when it has closed. */
    public void disconnect() {
        wanted = false;
        if (running != null) {
            running.decisions.put(Boolean.TRUE);
        }
    }

    /** Whether a connection stands, as far as the client knows. */
    public boolean isConnected() {
        return standing().isPresent();
    }

    /** Whether it wants nothing and has nothing. */
    public boolean isDone() {
        return done;
    }

    boolean isWanted() {
        return wanted;
    }

    /** How many refreshes failed so far. */
    public int failedRefreshes() {
        return failedRefreshes;
    }

    /** How often it asked for another path. */
    public int moves() {
        return moves;
    }

    /** Where its interface is. */
    public FakeKernel.Place place() {
        return new FakeKernel.Place(name, "nsm-1");
    }

    String name() {
        return name;
    }

    String node() {
        return node;
    }

    ConnectionId id() {
        return id;
    }

    /** Whether it gives up what it has, or does not know which path its wire is of, so that nobody may rely on it. */
    boolean isChanging() {
        return closing || attention.unsure;
    }

    Optional<Connection> standing() {
        return running == null
                ? Optional.empty()
                : running.table.standing(id).filter(each -> !each.left()).map(ConnectionTable.Standing::answer);
    }

    /** Its process ends where it is. */
    void crash() {
        if (running != null) {
            running.process.crash();
            running = null;
        }
    }

    /** Its whole machine was switched off: what it was answered counts no more. */
    void forget() {
        kept = Optional.empty();
    }

    /** Starts its process if it does not run. */
    void start() {
        if (running == null && !domain.underlay().isDown(node)) {
            attention.unsure = true;
            closing = false;
            running = domain.roles().client(name, node, attention, this::healed);
            if (!done) {
                live();
            }
        }
    }

    private void healed(Heal.Healed healed) {
        standing().ifPresent(each -> kept = Optional.of(each));
    }

    private void live() {
        var here = running;
        if (here != null) {
            here.process.spawn("live", () -> live(here));
        }
    }

    private void live(Running here) {
        while (wanted && here.table.standing(id).isEmpty() && attempt(() -> first(here)) != null) {
            here.process.pause(PAUSE);
        }
        while (wanted) {
            here.decisions.take(EVER);
        }
        closing = true;
        var last = here.table.standing(id).map(ConnectionTable.Standing::answer).or(() -> kept);
        attempt(() ->
                here.chain.close(last.orElseGet(() -> Connection.to(service).withId(id)), deadline(here)));
        kept = Optional.empty();
        closing = false;
        done = true;
    }

    private static Caller deadline(Running here) {
        Instant until = here.process.now().plus(PATIENCE);
        return Caller.selfUntil(until);
    }

    private void first(Running here) {
        var mechanism =
                new Mechanism.Kernel(java.util.Map.of(Mechanism.INODE_URL, name, Mechanism.NAME, place().name()));
        var connection = kept.orElseGet(() -> Connection.to(service)).withId(id);
        kept = Optional.of(here.chain.request(new Request(connection, List.of(mechanism)), deadline(here)));
    }

    private static @Nullable Refused attempt(Runnable work) {
        try {
            work.run();
            return null;
        } catch (Refused e) {
            return e;
        }
    }
}
