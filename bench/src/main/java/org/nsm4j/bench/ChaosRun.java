package org.nsm4j.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.nsm4j.app.admin.Admin;
import org.nsm4j.app.admin.AdminClient;
import org.nsm4j.app.admin.ConnectRequest;
import org.nsm4j.core.model.Refused;

/** One run of {@link Chaos}: a local and a remote wire, faults in a row, and what became of the wires. */
final class ChaosRun implements AutoCloseable {
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final String LOCAL = "chaos-local";
    private static final String REMOTE = "chaos-remote";

    private final Site site;
    private final Figures figures;
    private final Random random;
    private final Map<String, String> peers = new LinkedHashMap<>();
    /** By the kind of fault: packets lost of both wires, the longest gap, the longest recovery. */
    private final Map<String, double[]> worst = new LinkedHashMap<>();

    private Path disk = Path.of("/nonexistent");
    private int done;
    private int unrecovered;

    ChaosRun(Site site, Figures figures, Random random) {
        this.site = site;
        this.figures = figures;
        this.random = random;
    }

    /** Makes the site; the first node's state is on a small disk of its own, which can be filled. */
    void build() {
        site.build(folder -> {
            disk = folder.resolve("a").resolve("state");
            try {
                Files.createDirectories(disk);
                Site.host("mount", "-t", "tmpfs", "-o", "size=16m,mode=0700", "tmpfs", disk.toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        site.workload(1);
        site.workload(2);
        peers.put(LOCAL, connect(LOCAL, Site.LOCAL, 1));
        peers.put(REMOTE, connect(REMOTE, Site.REMOTE, 2));
    }

    private String peer(String name) {
        return Objects.requireNonNull(peers.get(name), name);
    }

    private AdminClient admin(String letter) {
        return new AdminClient(site.admin(letter));
    }

    /** Connects, or refreshes; returns the endpoint's address. */
    private String connect(String name, String service, int workload) {
        try (var admin = admin("a")) {
            var status = admin.connect(
                    new ConnectRequest(
                            name,
                            "kernel://" + service + "/nsm-1",
                            new ConnectRequest.Target.Named(Site.nameOf(workload)),
                            false,
                            Map.of(),
                            Duration.ofSeconds(5)),
                    step -> {});
            return status.plug().peerAddresses().getFirst().replaceAll("/.*", "");
        }
    }

    /** Faults in the seed's order, again and again until the time is over; says whether all is well. */
    boolean run(Duration most) {
        var end = Instant.now().plus(most);
        var faults = new ChaosFaults(site, disk, this::refresh).all();
        do {
            Collections.shuffle(faults, random);
            for (int i = 0;
                    i < faults.size() && (done < faults.size() || Instant.now().isBefore(end));
                    i++) {
                suffer(faults.get(i));
            }
        } while (Instant.now().isBefore(end));
        return conclude();
    }

    private void refresh() {
        connect(LOCAL, Site.LOCAL, 1);
        connect(REMOTE, Site.REMOTE, 2);
    }

    private void suffer(ChaosFaults.Fault fault) {
        var near = Pinger.start(Site.nameOf(1), peer(LOCAL));
        var far = Pinger.start(Site.nameOf(2), peer(REMOTE));
        site.scheduler().pause(Duration.ofMillis(200));
        String trouble = "";
        long begin = System.nanoTime();
        try {
            fault.work().run();
            begin = System.nanoTime();
            trouble = recovery();
        } catch (RuntimeException e) {
            trouble = String.valueOf(e.getMessage());
        }
        double took = (System.nanoTime() - begin) / 1e6;
        var local = near.end();
        var remote = far.end();
        System.err.printf(
                "%-34s lost %d+%d, longest gap %d ms, recovered in %.0f ms %s%n",
                fault.name(), local.lost(), remote.lost(), Math.max(local.gap(), remote.gap()), took, trouble);
        var sum = worst.computeIfAbsent(fault.kind(), any -> new double[3]);
        sum[0] += local.lost() + remote.lost();
        sum[1] = Math.max(sum[1], Math.max(local.gap(), remote.gap()));
        sum[2] = Math.max(sum[2], took);
        done++;
        unrecovered += trouble.isEmpty() ? 0 : 1;
    }

    /** Waits until a refresh of both wires passes every hop, both are pinged, and no auditor has anything to say. */
    private String recovery() {
        var until = Instant.now().plus(RECOVERY);
        String trouble;
        do {
            trouble = trouble();
            if (trouble.isEmpty()) {
                return "";
            }
            site.scheduler().pause(LOOK);
        } while (Instant.now().isBefore(until));
        return trouble;
    }

    private String trouble() {
        try {
            refresh();
            for (int workload : List.of(1, 2)) {
                var name = workload == 1 ? LOCAL : REMOTE;
                Site.output(Site.nameOf(workload), List.of("ping", "-n", "-c", "1", "-W", "1", peer(name)));
            }
            for (var letter : List.of("a", "b")) {
                try (var admin = admin(letter)) {
                    var left = admin.audit();
                    if (!left.isEmpty()) {
                        return letter + ": " + left;
                    }
                }
            }
            return "";
        } catch (Refused | IOException | IllegalStateException e) {
            return String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean conclude() {
        figures.add(Figure.of("chaos.faults", done, "faults"));
        figures.add(Figure.of("chaos.unrecovered", unrecovered, "faults").target("=0"));
        worst.forEach((kind, sum) -> {
            figures.add(
                    Figure.of("chaos." + kind + ".lost", sum[0], "packets").target(kind.equals("kill") ? "=0" : ""));
            figures.add(Figure.of("chaos." + kind + ".gap", sum[1], "ms"));
            figures.add(Figure.of("chaos." + kind + ".recovered", sum[2], "ms"));
        });
        try (var admin = admin("a")) {
            admin.disconnect(LOCAL);
            admin.disconnect(REMOTE);
        }
        var left = left();
        left.forEach(System.err::println);
        figures.add(Figure.of("chaos.leftovers", left.size(), "things").target("=0"));
        var kills = worst.getOrDefault("kill", new double[3]);
        return unrecovered == 0 && left.isEmpty() && kills[0] == 0;
    }

    /** What should not be there after everything was disconnected. */
    private List<String> left() {
        var until = Instant.now().plus(RECOVERY);
        List<String> left;
        do {
            left = new ArrayList<>();
            for (var host : List.of(Site.nameOf(1), Site.nameOf(2), Site.NEAR, Site.FAR)) {
                links(host).stream().filter(line -> !line.startsWith("lo ")).forEach(left::add);
            }
            for (var letter : List.of("a", "b")) {
                try (var admin = admin(letter)) {
                    admin.audit().stream().map(Admin.Leftover::text).forEach(left::add);
                }
            }
            site.scheduler().pause(LOOK);
        } while (!left.isEmpty() && Instant.now().isBefore(until));
        return left;
    }

    private static List<String> links(String host) {
        try {
            return Site.output(host, List.of("ip", "-br", "link")).lines().toList();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            Site.host("umount", "-l", disk.toString());
        } catch (IllegalStateException e) {
            System.err.println(e.getMessage()); // it was never there
        }
    }
}
