package org.nsm4j.app.role;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nsm4j.app.cli.Running;
import org.nsm4j.app.config.ClientSettings;
import org.nsm4j.app.config.GoDuration;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.sdk.Mesh;
import org.nsm4j.sdk.MeshClient;

/**
 * {@code nsm client}: connects the workload that it runs beside, as an init container or a sidecar. Ids are
 * {@code NAME-0}, {@code NAME-1} …, so that a sidecar takes up what the init container made. An init container that fails
 * or is told to end leaves none of its connections behind.
 */
final class ClientRole implements Running {
    private static final System.Logger LOG = System.getLogger(ClientRole.class.getName());
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final ClientSettings settings;
    private final MeshClient client;
    private final Scheduler scheduler;
    private final Ending ending;
    private final List<ConnectUrl> urls = new ArrayList<>();
    private volatile boolean closed;
    private volatile boolean handedOver;

    /**
     * For a workload.
     *
     * @param mesh closed with this
     */
    ClientRole(ClientSettings settings, Mesh mesh) {
        this.settings = settings;
        this.client = mesh.client(settings.name(), settings.awarenessGroups(), healed -> {});
        this.scheduler = mesh.parts().scheduler();
        this.ending = new Ending(this::unplug, mesh);
        settings.networkServices().forEach(text -> urls.add(ConnectUrl.parse(text)));
        if (urls.isEmpty()) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "NSM_NETWORK_SERVICES: empty (expected: kernel://SERVICE/INTERFACE, several by commas)");
        }
    }

    /**
     * Connects everything; an init container is done then, a sidecar stays.
     *
     * @throws Refused where something never can be connected, or an init container's time is up
     */
    @Override
    public int await() throws InterruptedException {
        try {
            connectAll();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        if (settings.init() && !closed) {
            handedOver = true;
            close();
        }
        return ending.await();
    }

    private void connectAll() {
        var labels = labels();
        var workload = Netns.ofProcess(ProcessHandle.current().pid());
        var most = settings.initTimeout();
        var end = settings.init() && most.isPositive() ? scheduler.now().plus(most) : Instant.MAX;
        for (int number = 0; number < urls.size(); number++) {
            insist(new ConnectionId(settings.name() + "-" + number), urls.get(number), workload, labels, end);
        }
    }

    /** Tries again what may work later, and gives up on what never can. */
    private void insist(ConnectionId id, ConnectUrl url, Netns workload, Map<String, String> labels, Instant end) {
        var pause = FIRST_PAUSE;
        while (!closed) {
            try {
                var last = client.recover(id, settings.dialTimeout());
                var answer = last.isPresent()
                        ? client.resume(id, url, workload, labels, last.get(), settings.requestTimeout())
                        : client.connect(id, url, workload, labels, settings.requestTimeout());
                LOG.log(System.Logger.Level.INFO, "connected id={0} endpoint={1}", id, answer.endpoint());
                return;
            } catch (Refused e) {
                if (closed) {
                    return;
                }
                if (e.reason() == Refused.Reason.INVALID || e.reason() == Refused.Reason.UNSUPPORTED) {
                    throw e;
                }
                if (!scheduler.now().plus(pause).isBefore(end)) {
                    throw late(id, e);
                }
                LOG.log(System.Logger.Level.WARNING, "not connected yet id={0} reason={1}", id, e.getMessage());
                scheduler.pause(pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            }
        }
    }

    private Refused late(ConnectionId id, Refused last) {
        return new Refused(
                Refused.Reason.DEADLINE,
                "connection %s: not there after %s (NSM_INIT_TIMEOUT); the last word was: %s"
                        .formatted(id, GoDuration.format(settings.initTimeout()), last.getMessage()),
                last);
    }

    /** The workload's labels, and where it runs, as upstream's clients say it. */
    private Map<String, String> labels() {
        var labels = new LinkedHashMap<>(settings.labels());
        var environment = System.getenv();
        Map.of("NODE_NAME", "nodeName", "POD_NAME", "podName", "CLUSTER_NAME", "clusterName")
                .forEach((variable, label) -> {
                    var value = environment.getOrDefault(variable, "");
                    if (!value.isEmpty()) {
                        labels.putIfAbsent(label, value);
                    }
                });
        return labels;
    }

    /** What an init container made is its sidecar's; everything else goes. */
    private void unplug() {
        closed = true;
        if (!handedOver) {
            client.disconnectAll();
        }
    }

    @Override
    public void close() {
        ending.close();
    }
}
