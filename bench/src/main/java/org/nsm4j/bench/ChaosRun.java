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
import java.util.Random;
import org.nsm4j.app.admin.Admin;
import org.nsm4j.app.admin.AdminClient;
import org.nsm4j.app.admin.AdminUnreachable;
import org.nsm4j.app.admin.ConnectRequest;
import org.nsm4j.app.admin.ConnectionStatus;
import org.nsm4j.app.admin.Item;
import org.nsm4j.core.model.Refused;

/** One run of {@link Chaos}: a local and a remote wire, faults in a row, and what became of the wires. */
final class ChaosRun implements AutoCloseable {
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration BEFORE = Duration.ofMillis(200);
    private static final String LOCAL = "chaos-local";
    private static final String REMOTE = "chaos-remote";

    private final Site site;
    private final Figures figures;
    private final Random random;
    private final List<Pinger> pingers = new ArrayList<>();
    private final Map<ChaosFaults.Kind, Worst> worst = new LinkedHashMap<>();

    private Path disk = Path.of("/nonexistent");
    private int done;
    private int unrecovered;

    ChaosRun(Site site, Figures figures, Random random) {
        this.site = site;
        this.figures = figures;
        this.random = random;
    }

    /** What the faults of one kind have cost, both wires together. */
    private static final class Worst {
        int lost;
        double gap;
        double recovered;
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
        pingers.add(Pinger.start(Site.nameOf(1), Site.NEAR, connect(LOCAL, Site.LOCAL, 1)));
        pingers.add(Pinger.start(Site.nameOf(2), Site.FAR, connect(REMOTE, Site.REMOTE, 2)));
        // the kernel finds its neighbours by the first packets
        site.await("answers", () -> pingers.stream().allMatch(Pinger::isAnswered));
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
            return address(status);
        }
    }

    /** Faults in the seed's order, again and again until the time is over; says whether all is well. */
    boolean run(Duration most, List<String> wanted) {
        var end = Instant.now().plus(most);
        var all = new ArrayList<>(new ChaosFaults(site, disk).all());
        all.removeIf(fault -> !wanted.isEmpty() && wanted.stream().noneMatch(fault.name()::contains));
        if (all.isEmpty()) {
            throw new IllegalStateException("no fault has %s in its name".formatted(String.join(" or ", wanted)));
        }
        do {
            Collections.shuffle(all, random);
            for (int i = 0;
                    i < all.size() && (done < all.size() || Instant.now().isBefore(end));
                    i++) {
                suffer(all.get(i));
            }
        } while (Instant.now().isBefore(end));
        return conclude();
    }

    private void suffer(ChaosFaults.Fault fault) {
        var asked = List.copyOf(pingers);
        var marks = asked.stream().map(Pinger::mark).toList();
        site.scheduler().pause(BEFORE);
        String trouble;
        long begin = System.nanoTime();
        try {
            fault.work().run();
            begin = System.nanoTime();
            trouble = recovery();
        } catch (RuntimeException e) {
            trouble = String.valueOf(e.getMessage());
        }
        double took = (System.nanoTime() - begin) / 1e6;
        var local = asked.getFirst().since(marks.getFirst());
        var remote = asked.getLast().since(marks.getLast());
        boolean stayed = pingers.equals(asked);
        System.err.printf(
                "%-34s lost %d+%d of %d+%d, longest gap %.0f ms, recovered in %.0f ms%s%n",
                fault.name(),
                local.lost(),
                remote.lost(),
                local.sent(),
                remote.sent(),
                Math.max(local.gap(), remote.gap()),
                took,
                (stayed ? "" : ", moved to another address") + (trouble.isEmpty() ? "" : "; NOT WELL: " + trouble));
        asked.stream().filter(each -> !pingers.contains(each)).forEach(Pinger::close);
        var sum = worst.computeIfAbsent(fault.kind(), any -> new Worst());
        sum.lost += local.lost() + remote.lost();
        sum.gap = Math.max(sum.gap, Math.max(local.gap(), remote.gap()));
        sum.recovered = Math.max(sum.recovered, took);
        done++;
        if (!trouble.isEmpty()) {
            unrecovered++;
        }
    }

    /** Waits until all is well again, without asking for anything; says what is not. */
    private String recovery() {
        var until = Instant.now().plus(RECOVERY);
        String trouble;
        do {
            trouble = trouble();
            if (trouble.isEmpty()) {
                return refresh();
            }
            site.scheduler().pause(LOOK);
        } while (Instant.now().isBefore(until));
        return trouble;
    }

    private String trouble() {
        try {
            try (var admin = admin("a")) {
                follow(admin);
            }
            if (!pingers.stream().allMatch(Pinger::isAnswered)) {
                return "a wire carries nothing";
            }
            for (var letter : List.of("a", "b")) {
                try (var admin = admin(letter)) {
                    var left =
                            admin.audit().stream().filter(each -> !waits(each)).toList();
                    if (!left.isEmpty()) {
                        return letter + ": " + left;
                    }
                }
            }
            try (var admin = admin("a")) {
                var endpoints = admin.list(Item.Kind.ENDPOINT).toString();
                if (!endpoints.contains(Site.LOCAL + "-1") || !endpoints.contains(Site.REMOTE + "-1")) {
                    return "an endpoint is not registered";
                }
                return admin.list(Item.Kind.CONNECTION).stream()
                        .map(each -> each instanceof Item.OfConnection(var status) ? status.trouble() : "")
                        .filter(each -> !each.isEmpty())
                        .findFirst()
                        .orElse("");
            }
        } catch (Refused | AdminUnreachable e) {
            return String.valueOf(e.getMessage());
        }
    }

    /**
     * A link of a request that was cut short by a death before anybody was answered: nobody can ask for its end, and it goes at
     * the end that is written down for it.
     */
    private static boolean waits(Admin.Leftover left) {
        return left.kind().equals("link");
    }

    /** Who was moved may have another address, and so may the other end: from then on that one is pinged. */
    private void follow(AdminClient admin) {
        for (var item : admin.list(Item.Kind.CONNECTION)) {
            int at = List.of(LOCAL, REMOTE).indexOf(item.name());
            if (at >= 0
                    && item instanceof Item.OfConnection(var status)
                    && !status.plug().peerAddresses().isEmpty()
                    && !address(status).equals(pingers.get(at).address())) {
                pingers.set(at, pingers.get(at).towards(address(status)));
            }
        }
    }

    private static String address(ConnectionStatus status) {
        return status.plug().peerAddresses().getFirst().replaceAll("/.*", "");
    }

    /** A request that passes every hop must work as well. */
    private String refresh() {
        try {
            connect(LOCAL, Site.LOCAL, 1);
            connect(REMOTE, Site.REMOTE, 2);
            return "";
        } catch (Refused | AdminUnreachable e) {
            return String.valueOf(e.getMessage());
        }
    }

    private boolean conclude() {
        figures.add(Figure.of("chaos.faults", done, "faults"));
        figures.add(Figure.of("chaos.unrecovered", unrecovered, "faults").target("=0"));
        boolean well = unrecovered == 0;
        for (var each : worst.entrySet()) {
            var kind = each.getKey();
            var sum = each.getValue();
            var name = "chaos." + kind.label();
            figures.add(Figure.of(name + ".lost", sum.lost, "packets").target(kind.isLossless() ? "=0" : ""));
            figures.add(Figure.of(name + ".gap", sum.gap, "ms").target("<=" + kind.gap()));
            figures.add(Figure.of(name + ".recovered", sum.recovered, "ms"));
            well &= sum.gap <= kind.gap() && !(kind.isLossless() && sum.lost > 0);
        }
        try (var admin = admin("a")) {
            admin.disconnect(LOCAL);
            admin.disconnect(REMOTE);
        }
        var left = left();
        left.forEach(System.err::println);
        figures.add(Figure.of("chaos.leftovers", left.size(), "things").target("=0"));
        figures.add(Figure.of("chaos.waiting", waiting(), "links"));
        return well && left.isEmpty();
    }

    /** How many links go later, at the end that is written down for them. */
    private long waiting() {
        long waiting = 0;
        for (var letter : List.of("a", "b")) {
            try (var admin = admin(letter)) {
                waiting += admin.audit().stream().filter(ChaosRun::waits).count();
            }
        }
        return waiting;
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
                    admin.audit().stream()
                            .filter(each -> !waits(each))
                            .map(Admin.Leftover::text)
                            .forEach(left::add);
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
        pingers.forEach(Pinger::close);
        try {
            Site.host("umount", "-l", disk.toString());
        } catch (IllegalStateException e) {
            System.err.println(e.getMessage()); // it was never there
        }
    }
}
