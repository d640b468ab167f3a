package org.nsm4j.testkit.domain;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.path.UpdatePath;
import org.nsm4j.testkit.fake.FakeKernel;
import org.nsm4j.testkit.schedule.SimulatedProcess;

/** A client that wants one connection: asks until it has it, refreshes it, and asks anew when that fails for long. */
public final class SimulatedClient {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration REFRESH = SimulatedDomain.TOKEN.dividedBy(5);
    private static final int MOST_FAILURES = 4;

    private final String name;
    private final String node;
    private final String service;
    private final ConnectionTable table;
    private final Chain chain;
    private final SimulatedProcess process;
    private final ConnectionId id;
    private boolean wanted;
    private boolean changing;
    private boolean done = true;
    private int failedRefreshes;

    SimulatedClient(SimulatedDomain domain, String name, String node, String service) {
        this.name = name;
        this.service = service;
        this.node = node;
        this.id = new ConnectionId(name + "-0");
        process = domain.scheduler().process(name);
        table = new ConnectionTable(process);
        chain = Chain.through(
                        new UpdatePath(name, domain::freshId),
                        table,
                        (call, rest) -> rest.request(call.towards(SimulatedDomain.managerUrl(node))))
                .to(domain.dial(process));
    }

    /** Wants a connection from now on. */
    public void connect() {
        if (done) {
            wanted = true;
            done = false;
            process.spawn("live", this::live);
        }
    }

    /** Wants none any more; {@link #isDone()} tells when it has closed. */
    public void disconnect() {
        wanted = false;
    }

    /** Whether a connection stands, as far as the client knows. */
    public boolean isConnected() {
        return standing().isPresent();
    }

    /** Whether it wants nothing and has nothing. */
    public boolean isDone() {
        return done;
    }

    /** How many refreshes failed so far. */
    public int failedRefreshes() {
        return failedRefreshes;
    }

    /** Where its interface is. */
    public FakeKernel.Place place() {
        return new FakeKernel.Place(name, "nsm-1");
    }

    String node() {
        return node;
    }

    /** Whether it is giving up what it has, so that nobody may rely on it. */
    boolean isChanging() {
        return changing;
    }

    Optional<Connection> standing() {
        return table.standing(id).filter(each -> !each.left()).map(ConnectionTable.Standing::answer);
    }

    private void live() {
        while (wanted) {
            if (isConnected()) {
                process.pause(REFRESH);
                keep();
            } else if (attempt(this::first) != null) {
                process.pause(PAUSE);
            }
        }
        changing = true;
        attempt(() -> chain.close(
                Connection.to(service).withId(id),
                Caller.selfUntil(process.now().plus(PATIENCE))));
        changing = false;
        done = true;
    }

    private void first() {
        var mechanism = new Mechanism.Kernel(Map.of(Mechanism.INODE_URL, name, Mechanism.NAME, place().name()));
        var connection = Connection.to(service).withId(id);
        chain.request(
                new Request(connection, List.of(mechanism)),
                Caller.selfUntil(process.now().plus(PATIENCE)));
    }

    private void keep() {
        for (int failures = 0; wanted && isConnected(); failures++) {
            if (failures == MOST_FAILURES) {
                changing = true;
                attempt(() -> table.reselect(id, PATIENCE));
                changing = false;
                return;
            }
            if (attempt(() -> table.requestAgain(id, connection -> connection, PATIENCE)) == null) {
                return;
            }
            failedRefreshes++;
            process.pause(PAUSE);
        }
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
