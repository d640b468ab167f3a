package org.nsm4j.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.ConnectionId;

/**
 * How long {@code nsm client} takes as an init container, from exec to connected and ended, and what a node costs: memory
 * with and without connections, and processor time while nothing happens.
 */
final class StartBench {
    private static final int STARTS = Integer.getInteger("bench.starts", 15);
    private static final int CONNECTIONS = 100;
    private static final Duration IDLE = Duration.ofSeconds(Integer.getInteger("bench.idle", 60));
    private static final Duration SETTLE = Duration.ofSeconds(5);
    private static final Duration MOST = Duration.ofSeconds(15);

    private final Site site;
    private final Figures figures;

    StartBench(Site site, Figures figures) {
        this.site = site;
        this.figures = figures;
    }

    void run() throws IOException, InterruptedException {
        site.scheduler().pause(SETTLE);
        memory("idle");
        starts();
        connected();
    }

    private void starts() throws IOException, InterruptedException {
        var took = new Samples();
        for (int i = 0; i < STARTS; i++) {
            site.workload(i);
            long begin = System.nanoTime();
            Site.output(Site.nameOf(i), client(i));
            took.addNanos(begin, System.nanoTime());
        }
        figures.add(Figure.of("start.client.p50", took.median(), "ms").target("<=1000"));
        figures.add(Figure.of("start.client.worst", took.percentile(100), "ms"));
    }

    private List<String> client(int number) {
        var command = new ArrayList<>(site.nsm(
                "client",
                "--init",
                "--name",
                "start-" + number,
                "--network-services",
                "kernel://%s/nsm-1".formatted(Site.LOCAL)));
        command.addAll(site.way("a"));
        return command;
    }

    private void connected() throws IOException {
        try (var mesh = site.mesh()) {
            var client = mesh.client("bench");
            for (int i = 0; i < CONNECTIONS; i++) {
                client.connect(
                        new ConnectionId("start-" + i + "-standing"),
                        ConnectUrl.parse("kernel://%s/nsm-1".formatted(Site.LOCAL)),
                        site.workload(STARTS + i),
                        Map.of(),
                        MOST);
            }
            site.scheduler().pause(SETTLE);
            memory("connected");
            idle();
            client.disconnectAll();
        }
    }

    private void memory(String when) throws IOException {
        var process = new ProcessFacts(site.pid(Site.PROCESS_A));
        figures.add(
                Figure.of("start.node." + when + ".rss", process.rss(), "MB").target("<200"));
        figures.add(Figure.of("start.node." + when + ".pss", process.pss(), "MB"));
    }

    private void idle() throws IOException {
        var process = new ProcessFacts(site.pid(Site.PROCESS_A));
        double before = process.cpuSeconds();
        site.scheduler().pause(IDLE);
        figures.add(Figure.of("start.node.cpu-" + IDLE.toSeconds() + "s", process.cpuSeconds() - before, "s"));
    }
}
