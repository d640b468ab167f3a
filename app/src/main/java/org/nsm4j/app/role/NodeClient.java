package org.nsm4j.app.role;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.nsm4j.app.admin.ConnectRequest;
import org.nsm4j.app.admin.ConnectionStatus;
import org.nsm4j.app.observe.Metrics;
import org.nsm4j.core.life.Heal;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.sdk.Mesh;
import org.nsm4j.sdk.MeshClient;

/**
 * The connections that people asked this node for, and those that are declared: tried until they stand, kept on disk, and
 * taken up again by the node's next process.
 */
final class NodeClient {
    private static final System.Logger LOG = System.getLogger(NodeClient.class.getName());
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration REQUEST = Duration.ofSeconds(15);

    private final MeshClient client;
    private final KeptConnections kept;
    private final Scheduler scheduler;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Map<String, Heal.Healed> heals = new ConcurrentHashMap<>();
    private final Metrics metrics;
    private volatile boolean draining;

    /** A connection, standing or wanted. */
    private record Known(ConnectRequest request, Instant since, String trouble) {}

    NodeClient(Mesh mesh, String name, KeptConnections kept, Metrics metrics) {
        this.client = mesh.client(name, List.of(), this::healed);
        this.kept = kept;
        this.scheduler = mesh.parts().scheduler();
        this.metrics = metrics;
    }

    /** What is kept must lead the next process of this node to the path that stands now. */
    private void healed(Heal.Healed healed) {
        metrics.healed(healed.how().name().toLowerCase(Locale.ROOT), healed.gap());
        var name = healed.id().value();
        var present = known.get(name);
        if (present == null) {
            return;
        }
        heals.put(name, healed);
        client.connection(healed.id())
                .ifPresent(each -> kept.keep(new KeptConnections.Kept(present.request(), each, true, present.since())));
        if (known.get(name) != present) {
            kept.forget(name);
        }
    }

    /** Takes up what was kept: all of this boot, and of an earlier one what is declared. */
    void resume() {
        for (var each : kept.all()) {
            if (!each.thisBoot() && !each.request().declared()) {
                kept.forget(each.request().name());
                continue;
            }
            known.put(each.request().name(), new Known(each.request(), each.since(), "not taken up yet"));
            var last = each.connection();
            scheduler.spawn("resume " + each.request().name(), () -> insist(each.request(), last, FIRST_PAUSE));
        }
    }

    private void insist(ConnectRequest request, @org.jspecify.annotations.Nullable Connection last, Duration pause) {
        var present = known.get(request.name());
        if (present == null || !present.request().equals(request)) {
            return;
        }
        try {
            stand(request, last, present.since());
        } catch (Refused e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "declared connection={0} not there yet reason={1}",
                    request.name(),
                    e.getMessage());
            known.replace(request.name(), present, new Known(request, present.since(), e.getMessage()));
            var next = pause.multipliedBy(2);
            scheduler.after(
                    pause,
                    "connect " + request.name(),
                    () -> insist(request, last, next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next));
        }
    }

    /** Plugs a workload in now. */
    Connection connect(ConnectRequest request) {
        if (draining) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "this node takes no new connections (expected: another node; it drains)");
        }
        var fresh = new Known(request, scheduler.now(), "");
        var present = known.putIfAbsent(request.name(), fresh);
        if (present != null && !present.request().equals(request)) {
            throw new Refused(
                    Refused.Reason.CONFLICT,
                    "connection name: %s is taken by %s in %s (expected: another name, or nsm disconnect %s first)"
                            .formatted(
                                    request.name(), present.request().url(), text(present.request()), request.name()));
        }
        try {
            return stand(request, null, present == null ? fresh.since() : present.since());
        } catch (RuntimeException e) {
            if (present == null) {
                known.remove(request.name());
                kept.forget(request.name());
            }
            throw e;
        }
    }

    /** Declares a connection: it is tried until it stands. */
    boolean declare(ConnectRequest request) {
        var present = known.get(request.name());
        if (present != null && present.request().equals(request)) {
            return false;
        }
        if (present != null) {
            throw new Refused(
                    Refused.Reason.CONFLICT,
                    "connection name: %s is taken by %s (expected: another name)"
                            .formatted(request.name(), present.request().url()));
        }
        ConnectUrl.parse(request.url());
        var since = scheduler.now();
        kept.keep(new KeptConnections.Kept(request, null, true, since));
        known.put(request.name(), new Known(request, since, "not there yet"));
        scheduler.spawn("connect " + request.name(), () -> insist(request, null, FIRST_PAUSE));
        return true;
    }

    private Connection stand(
            ConnectRequest request, @org.jspecify.annotations.Nullable Connection last, Instant since) {
        var url = ConnectUrl.parse(request.url());
        var netns = netns(request.target());
        var most = request.timeout().isPositive() ? request.timeout() : REQUEST;
        var id = new ConnectionId(request.name());
        var answer = last == null
                ? client.connect(id, url, netns, request.labels(), most)
                : client.resume(id, url, netns, request.labels(), last, most);
        kept.keep(new KeptConnections.Kept(request, answer, true, since));
        known.put(request.name(), new Known(request, since, ""));
        return answer;
    }

    private static Netns netns(ConnectRequest.Target target) {
        var netns = switch (target) {
            case ConnectRequest.Target.Named(var name) -> Netns.named(name);
            case ConnectRequest.Target.AtPath(var path) -> Netns.at(path);
            case ConnectRequest.Target.Pid(int pid) -> Netns.ofProcess(pid);
            case ConnectRequest.Target.Host() ->
                Netns.ofProcess(ProcessHandle.current().pid());
        };
        try (var open = netns.open();
                var own = Netns.node().open()) {
            if (!(target instanceof ConnectRequest.Target.Host) && open.sameAs(own)) {
                throw new Refused(
                        Refused.Reason.NOT_AUTHORIZED,
                        "network namespace: %s is this host's own (expected: a workload's; root may say --netns host)"
                                .formatted(netns));
            }
        } catch (KernelRefused e) {
            throw new Refused(
                    Refused.Reason.NOT_FOUND,
                    "network namespace: %s: %s (expected: one that \"ip netns list\" shows, or a process that runs)"
                            .formatted(netns, e.getMessage()),
                    e);
        }
        return netns;
    }

    /** Unplugs a workload. */
    void disconnect(String name) {
        if (known.remove(name) == null) {
            throw new Refused(
                    Refused.Reason.NOT_FOUND,
                    "connection: %s (expected: one that \"nsm get connections\" shows)".formatted(name));
        }
        heals.remove(name);
        kept.forget(name);
        client.disconnect(new ConnectionId(name), REQUEST);
    }

    /** All connections, as people look at them. */
    List<ConnectionStatus> list() {
        var all = new ArrayList<ConnectionStatus>();
        known.forEach((name, each) -> all.add(status(name, each)));
        all.sort(java.util.Comparator.comparing(ConnectionStatus::name));
        return all;
    }

    /** One connection. */
    Optional<ConnectionStatus> status(String name) {
        return Optional.ofNullable(known.get(name)).map(each -> status(name, each));
    }

    private ConnectionStatus status(String name, Known each) {
        var request = each.request();
        var standing = client.connection(new ConnectionId(name))
                .orElseGet(() ->
                        ConnectUrl.parse(request.url()).request().connection().withState(Connection.State.DOWN));
        var status = ConnectionStatus.of(name, text(request), standing, request.declared(), each.since());
        var trouble = each.trouble().isEmpty()
                ? client.trouble(new ConnectionId(name)).orElse(status.trouble())
                : each.trouble();
        var healed = heals.get(name);
        return status.withHealth(new ConnectionStatus.Health(trouble, healed == null ? "" : text(healed)));
    }

    private static String text(Heal.Healed healed) {
        var gap = healed.gap().isZero()
                ? "no gap"
                : "gap at most %d ms".formatted(healed.gap().toMillis());
        var how = switch (healed.how()) {
            case MENDED -> "mended";
            case MOVED -> "moved from %s to %s".formatted(healed.from(), healed.to());
        };
        return "%s %s, %s: %s".formatted(healed.at().truncatedTo(ChronoUnit.SECONDS), how, gap, healed.why());
    }

    private static String text(ConnectRequest request) {
        return switch (request.target()) {
            case ConnectRequest.Target.Named(var name) -> name;
            case ConnectRequest.Target.AtPath(var path) -> path.toString();
            case ConnectRequest.Target.Pid(int pid) -> "pid " + pid;
            case ConnectRequest.Target.Host() -> "host";
        };
    }

    /** How many connections stand. */
    int standing() {
        return client.connections().size();
    }

    /** Takes no new connections from now on. */
    void drain() {
        draining = true;
    }
}
