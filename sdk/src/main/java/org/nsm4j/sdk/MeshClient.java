package org.nsm4j.sdk;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.life.Events;
import org.nsm4j.core.life.Heal;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.linux.netns.Netns;

/** Connects workloads to network services, and keeps them connected: refreshes them, and heals what breaks ({@link Heal}). */
public final class MeshClient implements AutoCloseable {
    private final Parts parts;
    private final String name;
    private final Url manager;
    private final Chain chain;
    private final ConnectionTable connections;
    private final Heal heal;

    MeshClient(Parts parts, String name, Url manager, List<List<ConnectUrl>> aware, Consumer<Heal.Healed> healed) {
        this.parts = parts;
        this.name = name;
        this.manager = manager;
        this.connections = new ConnectionTable(parts.scheduler());
        var events = new Events(parts.scheduler());
        this.heal = new Heal(connections, events, parts.endpoints(manager), parts.scheduler(), parts.random(), healed);
        this.chain = ClientChain.of(name, connections, manager, aware, parts, events, heal);
    }

    /**
     * Plugs a workload into a service. The same id again is a refresh.
     *
     * @param id names the connection in this client
     * @param url service, interface and labels: {@code kernel://vpn-gateway/nsm-1?app=x}
     * @param workload the namespace that gets the interface
     * @param labels further labels; those of the URL win
     * @param most how long it may take
     * @return as answered; the interface is there and usable
     * @throws org.nsm4j.core.model.Refused when a hop says no; nothing is left behind then
     */
    public Connection connect(
            ConnectionId id, ConnectUrl url, Netns workload, Map<String, String> labels, Duration most) {
        var standing = connection(id);
        if (standing.isPresent()) {
            // with the whole path: one that ends at this client asks the hops for another connection
            return resume(id, url, workload, labels, standing.get(), most);
        }
        var start = Path.startingAt(Segment.of(name, id));
        return chain.request(
                request(url, workload, labels)
                        .with(connection -> connection.withId(id).withPath(start)),
                until(most));
    }

    /**
     * Takes up a connection that an earlier process of this client had: the other hops know it by its path, and wires that
     * stand are left as they are.
     *
     * @param last as that process was last answered
     */
    public Connection resume(
            ConnectionId id,
            ConnectUrl url,
            Netns workload,
            Map<String, String> labels,
            Connection last,
            Duration most) {
        var before = last.mechanism();
        // the same namespace may be found elsewhere by now: an init container's process has ended
        var here = before instanceof Mechanism.Kernel ? before.with(Mechanism.INODE_URL, url(workload)) : before;
        return chain.request(
                request(url, workload, labels)
                        .with(last.withId(id).withPath(last.path().at(0)).withMechanism(here)),
                until(most));
    }

    private static String url(Netns workload) {
        return "file://" + workload.path();
    }

    /**
     * What the manager knows of a connection that an earlier process of this client had; empty where it knows nothing.
     *
     * @param most how long to wait for the manager's word
     */
    public Optional<Connection> recover(ConnectionId id, Duration most) {
        var scheduler = parts.scheduler();
        Scheduler.Mailbox<Optional<Connection>> told = scheduler.mailbox();
        var watch = parts.hops().at(manager).monitor(Selector.ofHop(name, id), new Hop.Listener() {
            @Override
            public void event(ConnectionEvent event) {
                told.put(event.connections().stream()
                        .filter(each -> each.path().index() == 1
                                && each.path().segments().getFirst().id().equals(id))
                        .findFirst());
            }

            @Override
            public void ended(Refused reason) {
                told.put(Optional.empty());
            }
        });
        try (watch) {
            var first = told.take(most);
            return first == null ? Optional.empty() : first;
        } catch (Exception e) {
            throw new Refused(Refused.Reason.UNAVAILABLE, "cannot stop watching the manager", e);
        }
    }

    private static Request request(ConnectUrl url, Netns workload, Map<String, String> labels) {
        var asked = url.request();
        var merged = new TreeMap<>(labels);
        merged.putAll(asked.connection().labels());
        return asked.with(connection -> connection.withLabels(merged))
                .offering(asked.preferences().stream()
                        .map(each -> each.with(Mechanism.INODE_URL, url(workload)))
                        .toList());
    }

    private Caller until(Duration most) {
        return Caller.selfUntil(parts.scheduler().now().plus(most));
    }

    /** Unplugs a workload; does nothing when there is no such connection. */
    public void disconnect(ConnectionId id, Duration most) {
        var standing = connections.standing(id);
        if (standing.isPresent()) {
            chain.close(
                    standing.get().request().connection(),
                    Caller.selfUntil(parts.scheduler().now().plus(most)));
        }
    }

    /**
     * Unplugs a workload although only an earlier process of this client may know the connection.
     *
     * @param last as that process was last answered
     * @throws Refused naming the hop that was not told; what this side holds is gone all the same
     */
    public void disconnect(ConnectionId id, Connection last, Duration most) {
        chain.close(last.withId(id).withPath(last.path().at(0)), until(most));
    }

    /** A connection as it stands. */
    public Optional<Connection> connection(ConnectionId id) {
        return connections.standing(id).map(ConnectionTable.Standing::answer);
    }

    /** What is wrong with a connection now; empty if nothing is known to be. */
    public Optional<String> trouble(ConnectionId id) {
        return heal.trouble(id);
    }

    /** All connections as they stand. */
    public List<Connection> connections() {
        return connections.standing().stream()
                .map(ConnectionTable.Standing::answer)
                .toList();
    }

    /** The elements in order. */
    public List<Chain.Part> elements() {
        return chain.parts();
    }

    /** Forgets the connections without closing them: wires stay, and another client of that name adopts them. */
    @Override
    public void close() {}

    /** Closes every connection. */
    public void disconnectAll() {
        connections.closeAll();
    }
}
