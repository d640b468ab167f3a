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
import org.jspecify.annotations.Nullable;
import org.nsm4j.app.admin.ConnectRequest;
import org.nsm4j.app.admin.ConnectionStatus;
import org.nsm4j.app.observe.Metrics;
import org.nsm4j.core.life.Heal;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;
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

    /** Of those that a former process left: each must be done before its time is up, with this machine's processors. */
    private static final int TAKEN_UP_AT_A_TIME = 16;

    private final MeshClient client;
    private final KeptConnections kept;
    private final Scheduler scheduler;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Map<String, Heal.Healed> heals = new ConcurrentHashMap<>();
    private final Metrics metrics;
    private final AtATime takingUp;
    private volatile boolean draining;

    /** A connection, standing or wanted. */
    private record Known(ConnectRequest request, Instant since, String trouble) {}

    NodeClient(Mesh mesh, String name, KeptConnections kept, Metrics metrics) {
        this.client = mesh.client(name, List.of(), this::healed);
        this.kept = kept;
        this.scheduler = mesh.parts().scheduler();
        this.metrics = metrics;
        this.takingUp = new AtATime(TAKEN_UP_AT_A_TIME, scheduler);
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
                .ifPresent(each -> kept.one(name).ifPresent(before -> kept.keep(before.answered(each))));
        if (known.get(name) != present) {
            kept.forget(name);
        }
    }

    /** Takes up what was kept: all of this boot, and of an earlier one what is declared. */
    void resume() {
        for (var each : kept.all()) {
            var name = each.request().name();
            if (!each.thisBoot() && !each.request().declared()) {
                kept.forget(name);
            } else if (each.closing()) {
                var last = Optional.ofNullable(each.connection());
                var until =
                        last.flatMap(answer -> answer.path().earliestExpiry()).orElseGet(scheduler::now);
                tellAgain(name, last, until, Duration.ZERO);
            } else {
                known.put(name, new Known(each.request(), each.since(), "not taken up yet"));
                takingUp.run("resume", () -> resume(each));
            }
        }
    }

    private void resume(KeptConnections.Kept each) {
        var request = each.request();
        var last = each.connection();
        if (last == null || !each.thisBoot() || isStillThere(each)) {
            insist(request, each.thisBoot() ? last : null, FIRST_PAUSE);
            return;
        }
        // a name or a process number that leads to another namespace by now must not get the wire of the one before
        LOG.log(
                System.Logger.Level.WARNING,
                "connection={0} not taken up reason={1} is not the namespace that was plugged",
                request.name(),
                text(request));
        close(request.name(), Optional.of(last));
        if (request.declared()) {
            insist(request, null, FIRST_PAUSE);
        } else if (known.remove(request.name()) != null) {
            kept.forget(request.name());
        }
    }

    private static boolean isStillThere(KeptConnections.Kept each) {
        try {
            return each.cookie() == 0
                    || WorkloadPlace.find(each.request().target()).cookie() == each.cookie();
        } catch (Refused e) {
            return false;
        }
    }

    private void insist(ConnectRequest request, @Nullable Connection last, Duration pause) {
        var present = known.get(request.name());
        if (present == null || !present.request().equals(request)) {
            return;
        }
        try {
            stand(request, last, present.since());
        } catch (Refused e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "connection={0} not there yet again-in={1} reason={2}",
                    request.name(),
                    pause,
                    e.getMessage());
            known.replace(request.name(), present, new Known(request, present.since(), e.getMessage()));
            scheduler.after(
                    pause,
                    "connect " + request.name(),
                    () -> takingUp.run("connect", () -> insist(request, last, longer(pause))));
        }
    }

    /** Plugs a workload in now. */
    Connection connect(ConnectRequest request) {
        if (draining && !known.containsKey(request.name())) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "this node takes no new connections (expected: another node; this one is being drained)");
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
            // a connection that a former process had is asked for by its path, although it was not taken up yet
            var last = present == null ? null : last(request.name()).orElse(null);
            return stand(request, last, present == null ? fresh.since() : present.since());
        } catch (RuntimeException | Error e) {
            if (present == null) {
                undo(request.name(), e);
            }
            throw e;
        }
    }

    /** What failed when it was first asked for leaves nothing, also where the wire stood and could not be kept on disk. */
    private void undo(String name, Throwable reason) {
        try {
            client.disconnect(new ConnectionId(name), REQUEST);
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
        known.remove(name);
        kept.forget(name);
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
        kept.keep(KeptConnections.Kept.wanted(request, since));
        known.put(request.name(), new Known(request, since, "not there yet"));
        scheduler.spawn("connect " + request.name(), () -> insist(request, null, FIRST_PAUSE));
        return true;
    }

    private Connection stand(ConnectRequest request, @Nullable Connection last, Instant since) {
        var url = ConnectUrl.parse(request.url());
        var place = WorkloadPlace.find(request.target());
        var netns = place.netns();
        var most = request.timeout().isPositive() ? request.timeout() : REQUEST;
        var id = new ConnectionId(request.name());
        var answer = last == null
                ? client.connect(id, url, netns, request.labels(), most)
                : client.resume(id, url, netns, request.labels(), last, most);
        var stands = new Known(request, since, "");
        if (known.computeIfPresent(request.name(), (name, before) -> stands) == null) {
            // whoever closed it before it stood found nothing to close
            closeAndTell(request.name(), Optional.of(answer));
            throw new Refused(
                    Refused.Reason.CANCELLED, "connection: %s was closed meanwhile".formatted(request.name()));
        }
        kept.keep(new KeptConnections.Kept(request, answer, true, since, place.cookie(), false));
        return answer;
    }

    /**
     * Unplugs a workload. Whatever else is down, this node's part of the wire goes; hops that are not told expire theirs.
     *
     * @return whom the close did not reach, and why; empty where everybody knows
     */
    String disconnect(String name) {
        var each = known.remove(name);
        if (each == null) {
            throw new Refused(
                    Refused.Reason.NOT_FOUND,
                    "connection: %s (expected: one that \"nsm get connections\" shows)".formatted(name));
        }
        heals.remove(name);
        var last = last(name);
        // a process that is killed meanwhile closes it at its next start
        kept.close(name);
        return closeAndTell(name, last);
    }

    private String closeAndTell(String name, Optional<Connection> last) {
        var untold = close(name, last);
        if (untold.isEmpty()) {
            kept.forget(name);
            return "";
        }
        LOG.log(System.Logger.Level.WARNING, "closed connection={0} not told to all reason={1}", name, untold);
        var until = last.flatMap(answer -> answer.path().earliestExpiry()).orElseGet(scheduler::now);
        tellAgain(name, last, until, FIRST_PAUSE);
        return untold + "; told as soon as it answers, and what it holds ends by "
                + until.truncatedTo(ChronoUnit.SECONDS);
    }

    /** As last answered, to this process or to one before it since the machine was started. */
    private Optional<Connection> last(String name) {
        return client.connection(new ConnectionId(name))
                .or(() -> kept.one(name)
                        .filter(KeptConnections.Kept::thisBoot)
                        .flatMap(former -> Optional.ofNullable(former.connection())));
    }

    /** Closes; says who was not told, and why. */
    private String close(String name, Optional<Connection> last) {
        var id = new ConnectionId(name);
        try {
            if (last.isPresent()) {
                client.disconnect(id, last.get(), REQUEST);
            } else {
                client.disconnect(id, REQUEST);
            }
            return "";
        } catch (Refused e) {
            return e.getMessage();
        }
    }

    /** Until everybody was told, or holds nothing any more; unless the name was given to another connection meanwhile. */
    private void tellAgain(String name, Optional<Connection> last, Instant until, Duration pause) {
        scheduler.after(pause, "close " + name, () -> {
            if (known.containsKey(name)) {
                return;
            }
            if (close(name, last).isEmpty() || !scheduler.now().isBefore(until)) {
                kept.forget(name);
            } else {
                tellAgain(name, last, until, longer(pause));
            }
        });
    }

    private static Duration longer(Duration pause) {
        var doubled = pause.isZero() ? FIRST_PAUSE : pause.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
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
        return WorkloadPlace.text(request.target());
    }

    /** The connections that were closed, and of whose close a hop behind was not told yet. */
    List<String> untold() {
        return kept.all().stream()
                .filter(each ->
                        each.closing() && !known.containsKey(each.request().name()))
                .map(each -> each.request().name())
                .toList();
    }

    /** The connections that stand and whose workload's namespace is not where it was plugged, or another one. */
    List<String> moved() {
        return kept.all().stream()
                .filter(each -> each.thisBoot() && !each.closing() && !isStillThere(each))
                .map(each -> each.request().name())
                .toList();
    }

    /** How many connections stand. */
    int standing() {
        return client.connections().size();
    }

    /** Takes no new connections from now on, or does so again. */
    void drain(boolean on) {
        draining = on;
    }
}
