package org.nsm4j.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nsm4j.app.admin.AdminClient;
import org.nsm4j.app.admin.ConnectRequest;
import org.nsm4j.core.model.Refused;

/** What can go wrong: each fault is made and unmade, and leaves it to the system to recover. */
final class ChaosFaults {
    private static final List<String> MORTALS = List.of("node-a", "node-b", Site.LOCAL, Site.REMOTE);
    private static final Duration CUT = Duration.ofSeconds(2);

    private final Site site;
    private final Path disk;
    private final Runnable refresh;

    /**
     * A fault.
     *
     * @param kind what its figures are called
     * @param name what was done
     * @param work makes it and unmakes it
     */
    record Fault(String kind, String name, Runnable work) {}

    ChaosFaults(Site site, Path disk, Runnable refresh) {
        this.site = site;
        this.disk = disk;
        this.refresh = refresh;
    }

    List<Fault> all() {
        var all = new ArrayList<Fault>();
        for (var one : MORTALS) {
            all.add(new Fault("kill", "kill " + one, () -> kill(List.of(one))));
            for (var other : MORTALS) {
                if (!one.equals(other)) {
                    // in both orders: the first killed is also the first that comes back
                    all.add(new Fault("kill", "kill %s, %s".formatted(one, other), () -> kill(List.of(one, other))));
                }
            }
            all.add(new Fault("busy-kill", "kill %s amid requests".formatted(one), () -> killAmidRequests(one)));
        }
        all.add(new Fault(
                "cut",
                "underlay cut",
                () -> cut(List.of("link", "set", Site.UNDERLAY, "down"), List.of("link", "set", Site.UNDERLAY, "up"))));
        var peer = Site.ADDRESS_B + "/32";
        all.add(new Fault(
                "cut",
                "underlay cut one way",
                () -> cut(List.of("route", "add", "blackhole", peer), List.of("route", "del", "blackhole", peer))));
        all.add(new Fault("hand", "link deleted", () -> hand("link", "del", "nsm-1")));
        all.add(new Fault("hand", "addresses deleted", () -> hand("addr", "flush", "dev", "nsm-1", "scope", "global")));
        all.add(new Fault("hand", "routes deleted", () -> hand("route", "flush", "dev", "nsm-1")));
        all.add(new Fault("hand", "link down", () -> hand("link", "set", "nsm-1", "down")));
        all.add(new Fault("disk", "disk full", this::fullDisk));
        all.add(new Fault("descriptors", "too few descriptors", this::fewDescriptors));
        return all;
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
        site.await("the node", () -> others.stream().allMatch(this::disconnect));
        others.forEach(number -> org.nsm4j.linux.netns.NamedNetns.delete(Site.nameOf(number)));
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

    private void cut(List<String> make, List<String> unmake) {
        ip(Site.NODE_A, make);
        site.scheduler().pause(CUT);
        ip(Site.NODE_A, unmake);
    }

    /** What somebody changed in a workload is repaired by the forwarder when the client asks again. */
    private void hand(String... change) {
        ip(Site.nameOf(1), List.of(change));
        ip(Site.nameOf(2), List.of(change));
        refresh.run();
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
        site.workload(3);
        connectAndForget(3);
        try {
            Files.deleteIfExists(fill);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        site.await("the node", () -> disconnect(3));
        org.nsm4j.linux.netns.NamedNetns.delete(Site.nameOf(3));
    }

    private void fewDescriptors() {
        var pid = Long.toString(site.pid("node-a"));
        try (var open = Files.list(Path.of("/proc", pid, "fd"))) {
            Site.host("prlimit", "--pid", pid, "--nofile=" + (open.count() + 4) + ":");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var others = List.of(3, 4, 5, 6);
        others.forEach(site::workload);
        others.forEach(this::connectAndForget);
        Site.host("prlimit", "--pid", pid, "--nofile=65536:");
        site.await("the node", () -> others.stream().allMatch(this::disconnect));
        others.forEach(number -> org.nsm4j.linux.netns.NamedNetns.delete(Site.nameOf(number)));
    }
}
