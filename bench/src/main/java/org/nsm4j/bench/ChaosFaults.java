package org.nsm4j.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nsm4j.app.admin.AdminClient;
import org.nsm4j.app.admin.ConnectRequest;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.netns.NamedNetns;

/** What can go wrong: each fault is made and unmade, and leaves it to the system to recover. */
final class ChaosFaults {
    private static final List<String> MORTALS = List.of(Site.PROCESS_A, Site.PROCESS_B, Site.LOCAL, Site.REMOTE);
    /** How long the underlay is cut. */
    private static final Duration CUT = Duration.ofSeconds(2);

    private static final Duration JUMPED = Duration.ofSeconds(5);

    private final Site site;
    private final Path disk;

    /** What is done to whom. */
    enum Kind {
        /** Processes are killed, and started again. */
        KILL,
        /** A process is killed while others ask it for connections, and close them. */
        BUSY_KILL,
        /** The underlay is cut for two seconds. */
        CUT,
        /** Somebody deletes what is ours. */
        HAND,
        /** The disk of the registry is full. */
        DISK,
        /** A process may open no more files. */
        DESCRIPTORS,
        /** The clock of a host jumps. */
        CLOCK;

        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Whether no packet may be lost. */
        boolean isLossless() {
            return this != CUT && this != HAND;
        }

        /** For how long packets may stay away, in milliseconds. */
        long gap() {
            return switch (this) {
                case CUT -> CUT_AND_MORE;
                case HAND -> HAND_GAP;
                case KILL, BUSY_KILL, DISK, DESCRIPTORS, CLOCK -> 0;
            };
        }

        private static final long HAND_GAP = 500;
        private static final long CUT_AND_MORE = ChaosFaults.CUT.toMillis() + HAND_GAP;
    }

    /**
     * A fault.
     *
     * @param name what was done
     * @param work makes it and unmakes it
     */
    record Fault(Kind kind, String name, Runnable work) {}

    ChaosFaults(Site site, Path disk) {
        this.site = site;
        this.disk = disk;
    }

    List<Fault> all() {
        var all = new ArrayList<Fault>();
        for (var one : MORTALS) {
            all.add(new Fault(Kind.KILL, "kill " + one, () -> kill(List.of(one))));
            for (var other : MORTALS) {
                if (!one.equals(other)) {
                    // in both orders: the first killed is also the first that comes back
                    all.add(new Fault(Kind.KILL, "kill %s, %s".formatted(one, other), () -> kill(List.of(one, other))));
                }
            }
            all.add(new Fault(Kind.BUSY_KILL, "kill %s amid requests".formatted(one), () -> killAmidRequests(one)));
        }
        all.add(new Fault(Kind.KILL, "kill all", () -> kill(MORTALS)));
        all.add(new Fault(Kind.CUT, "underlay cut", () -> cut("link set " + Site.UNDERLAY, " down", " up")));
        // to an address that nobody has: what the other node sends still comes
        var neighbour = " %s dev %s".formatted(Site.ADDRESS_B, Site.UNDERLAY);
        all.add(new Fault(
                Kind.CUT,
                "underlay cut one way",
                () -> cut(
                        "neigh",
                        " replace" + neighbour + " lladdr 02:00:00:00:00:01 nud permanent",
                        " del" + neighbour)));
        all.add(new Fault(Kind.HAND, "link deleted", () -> hand("link", "del", "nsm-1")));
        all.add(new Fault(
                Kind.HAND, "addresses deleted", () -> hand("addr", "flush", "dev", "nsm-1", "scope", "global")));
        all.add(new Fault(Kind.HAND, "routes deleted", () -> hand("route", "flush", "dev", "nsm-1")));
        all.add(new Fault(Kind.HAND, "link down", () -> hand("link", "set", "nsm-1", "down")));
        all.add(new Fault(Kind.DISK, "disk full", this::fullDisk));
        all.add(new Fault(Kind.DESCRIPTORS, "too few descriptors", this::fewDescriptors));
        if (FakeClock.isThere()) {
            all.add(new Fault(Kind.CLOCK, "clock ahead and back", () -> jump(Duration.ofMinutes(10))));
            all.add(new Fault(Kind.CLOCK, "clock back and ahead", () -> jump(Duration.ofMinutes(-10))));
        } else {
            System.err.println("the clock does not jump: %s".formatted(FakeClock.MISSING));
        }
        return all;
    }

    /** The first node is given a clock that can be set, and the one of the host again when that is over. */
    private void jump(Duration by) {
        var clock = new FakeClock(disk.resolveSibling("clock"));
        clock.set(Duration.ZERO);
        site.kill(Site.PROCESS_A);
        site.startAgain(Site.PROCESS_A, clock.wrapper());
        site.awaitNode("a");
        clock.set(by);
        site.scheduler().pause(JUMPED);
        clock.set(Duration.ZERO);
        site.scheduler().pause(JUMPED);
        kill(List.of(Site.PROCESS_A));
    }

    private void kill(List<String> names) {
        names.forEach(site::kill);
        names.forEach(site::startAgain);
    }

    /** The death comes amid connects and closes of others, which may fail and must leave nothing. */
    private void killAmidRequests(String name) {
        var others = List.of(3, 4, 5);
        others.forEach(site::workload);
        var busy = Thread.ofVirtual().start(() -> {
            for (int round = 0; round < 6; round++) {
                others.forEach(this::connectAndForget);
                others.forEach(this::disconnect);
            }
        });
        site.scheduler().pause(Duration.ofMillis(150));
        kill(List.of(name));
        try {
            busy.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        forget(others);
    }

    private void connectAndForget(int workload) {
        try (var admin = new AdminClient(site.admin("a"))) {
            admin.connect(request(workload), step -> {});
        } catch (RuntimeException e) {
            // the one that it asked is dead; what matters is that nothing stays
        }
    }

    private static ConnectRequest request(int workload) {
        var service = workload % 2 == 0 ? Site.REMOTE : Site.LOCAL;
        return new ConnectRequest(
                "chaos-" + workload,
                "kernel://" + service + "/nsm-1",
                new ConnectRequest.Target.Named(Site.nameOf(workload)),
                false,
                Map.of(),
                Duration.ofSeconds(2));
    }

    /** Whether there is no such connection any more. */
    private boolean disconnect(int workload) {
        try (var admin = new AdminClient(site.admin("a"))) {
            admin.disconnect("chaos-" + workload);
            return true;
        } catch (Refused e) {
            return e.reason() == Refused.Reason.NOT_FOUND;
        } catch (RuntimeException e) {
            return false;
        }
    }

    private void cut(String what, String make, String unmake) {
        ip(Site.NODE_A, List.of((what + make).split(" ")));
        site.scheduler().pause(CUT);
        ip(Site.NODE_A, List.of((what + unmake).split(" ")));
    }

    private void hand(String... change) {
        ip(Site.nameOf(1), List.of(change));
        ip(Site.nameOf(2), List.of(change));
    }

    private static void ip(String host, List<String> arguments) {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(arguments);
        try {
            Site.output(host, command);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** With a full disk what must be durable is refused, and what stands goes on. */
    private void fullDisk() {
        var fill = disk.resolve("fill");
        try {
            Site.host("dd", "if=/dev/zero", "of=" + fill, "bs=64k");
        } catch (IllegalStateException e) {
            // that is its end: no space is left
        }
        try {
            askFor(List.of(3));
        } finally {
            delete(fill);
        }
        forget(List.of(3));
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fewDescriptors() {
        var pid = Long.toString(site.pid(Site.PROCESS_A));
        var before = softLimit(pid);
        var others = List.of(3, 4, 5, 6);
        try (var open = Files.list(Path.of("/proc", pid, "fd"))) {
            Site.host("prlimit", "--pid", pid, "--nofile=" + (open.count() + 4) + ":");
            askFor(others);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            Site.host("prlimit", "--pid", pid, "--nofile=" + before + ":");
        }
        forget(others);
    }

    /** How many files a process may open, if it does not ask for more. */
    private static String softLimit(String pid) {
        try {
            return Site.output(
                            Site.NODE_A, List.of("prlimit", "--pid", pid, "--nofile", "--output=SOFT", "--noheadings"))
                    .strip();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void askFor(List<Integer> workloads) {
        workloads.forEach(site::workload);
        workloads.forEach(this::connectAndForget);
    }

    /** Whatever became of what was asked for: it is closed, and the workloads go. */
    private void forget(List<Integer> workloads) {
        try {
            site.await("the node", () -> workloads.stream().allMatch(this::disconnect));
        } finally {
            workloads.forEach(number -> NamedNetns.delete(Site.nameOf(number)));
        }
    }
}
