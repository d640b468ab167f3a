package org.nsm4j.app.role;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nsm4j.app.config.ClientSettings;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.sdk.Mesh;
import org.nsm4j.sdk.MeshClient;

/**
 * {@code nsm client}: connects the workload that it runs beside, as an init container or a sidecar. Ids are
 * {@code NAME-0}, {@code NAME-1} …, so that a sidecar takes up what the init container made.
 */
final class ClientRole implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ClientRole.class.getName());
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final ClientSettings settings;
    private final MeshClient client;
    private final Scheduler scheduler;
    private final List<ConnectUrl> urls = new ArrayList<>();
    private volatile boolean closed;

    ClientRole(ClientSettings settings, Mesh mesh) {
        this.settings = settings;
        this.client = mesh.client(settings.name(), settings.awarenessGroups(), healed -> {});
        this.scheduler = mesh.parts().scheduler();
        settings.networkServices().forEach(text -> urls.add(ConnectUrl.parse(text)));
        if (urls.isEmpty()) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "NSM_NETWORK_SERVICES: empty (expected: kernel://SERVICE/INTERFACE, several by commas)");
        }
    }

    /** Connects everything; tries again what may work later, and gives up on what never can. */
    void connectAll() {
        var labels = labels();
        var workload = Netns.ofProcess(ProcessHandle.current().pid());
        for (int number = 0; number < urls.size(); number++) {
            insist(new ConnectionId(settings.name() + "-" + number), urls.get(number), workload, labels);
        }
    }

    private void insist(ConnectionId id, ConnectUrl url, Netns workload, Map<String, String> labels) {
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
                if (e.reason() == Refused.Reason.INVALID || e.reason() == Refused.Reason.UNSUPPORTED) {
                    throw e;
                }
                LOG.log(System.Logger.Level.WARNING, "not connected yet id={0} reason={1}", id, e.getMessage());
                scheduler.pause(pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            }
        }
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

    /** Closes every connection. */
    @Override
    public void close() {
        closed = true;
        client.disconnectAll();
    }
}
