package org.nsm4j.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.nsm4j.app.admin.AdminClient;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.linux.net.Address;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.NewLink;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.netns.NamedNetns;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.sdk.Mesh;
import org.nsm4j.sdk.Parts;

/**
 * Where it is measured: two nodes as network namespaces joined by an underlay, an endpoint on each, and workloads without
 * a network. Every program is a process of its own.
 */
final class Site implements AutoCloseable {
    /** What every namespace's name begins with; two sites that stand at once need two. */
    private static final String PREFIX = System.getProperty("bench.prefix", "nsm-bench-");

    static final String NODE_A = PREFIX + "a";
    static final String NODE_B = PREFIX + "b";
    /** Where the endpoint on the first node is; its service is {@link #LOCAL}. */
    static final String NEAR = PREFIX + "near";
    /** Where the endpoint on the second node is; its service is {@link #REMOTE}. */
    static final String FAR = PREFIX + "far";

    static final String LOCAL = "bench-local";
    static final String REMOTE = "bench-remote";
    /** The process of the first node. */
    static final String PROCESS_A = "node-a";
    /** The process of the second node. */
    static final String PROCESS_B = "node-b";

    static final String UNDERLAY = "under0";
    static final String ADDRESS_A = "192.168.51.1";
    static final String ADDRESS_B = "192.168.51.2";

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Duration TOKEN_LIFE = Duration.ofMinutes(10);

    /** An endpoint as a container is: it may not administer networks, and so may have the tunnel's end itself. */
    private static final List<String> MEEK = List.of("setpriv", "--bounding-set=-net_admin,-sys_admin");

    private final Path folder;
    private final LiveScheduler scheduler = new LiveScheduler();
    private final List<Process> processes = new ArrayList<>();
    private final Map<String, Started> started = new HashMap<>();

    /** A program as it was started last. */
    private record Started(String host, List<String> command, Process process) {}

    Site(Path folder) {
        this.folder = folder;
    }

    /** Makes the hosts and starts the programs. */
    void build() {
        build(made -> {});
    }

    /** Makes the hosts and starts the programs, after the folder of all files was prepared. */
    void build(Consumer<Path> prepare) {
        clear();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + folder, e);
        }
        prepare.accept(folder);
        List.of(NODE_A, NODE_B, NEAR, FAR).forEach(this::host);
        join();
        startNode("a", NODE_A, List.of());
        try (var admin = new AdminClient(run("a").resolve("admin.sock"))) {
            var token = admin.createJoinToken(Duration.ofMinutes(5)).token();
            startNode("b", NODE_B, List.of("--join", token));
        }
        endpoint("a", NEAR, LOCAL, "172.20.0.0/16");
        endpoint("b", FAR, REMOTE, "172.21.0.0/16");
    }

    /** Makes a host without a network. */
    Netns host(String name) {
        var netns = NamedNetns.create(name);
        raise(name, "lo");
        return netns;
    }

    /** Makes the workload of a number. */
    Netns workload(int number) {
        return host(nameOf(number));
    }

    /** What the workload's host of a number is called. */
    static String nameOf(int number) {
        return PREFIX + "w" + number;
    }

    private void join() {
        try (var first = Netns.named(NODE_A).open();
                var second = Netns.named(NODE_B).open();
                var node = Network.ofNode()) {
            node.change()
                    .addLink(new NewLink.Veth(
                            LinkSettings.named(UNDERLAY).in(first),
                            LinkSettings.named(UNDERLAY).in(second)))
                    .commit();
        }
        address(NODE_A, UNDERLAY, ADDRESS_A + "/24");
        address(NODE_B, UNDERLAY, ADDRESS_B + "/24");
    }

    private static void address(String host, String link, String address) {
        raise(host, link);
        try (var network = Network.open(Netns.named(host))) {
            int index = network.link(link).orElseThrow().index();
            network.change()
                    .addAddress(Address.of(index, Prefix.parse(address)))
                    .commit();
        }
    }

    private static void raise(String host, String link) {
        try (var network = Network.open(Netns.named(host))) {
            int index = network.link(link).orElseThrow().index();
            network.change().setLink(index, LinkSettings.unchanged().up(true)).commit();
        }
    }

    private void startNode(String letter, String host, List<String> more) {
        var command = nsm(
                "up",
                "--node-name",
                "bench-" + letter,
                "--state-dir",
                folder.resolve(letter).resolve("state").toString(),
                "--run-dir",
                run(letter).toString(),
                "--underlay-device",
                UNDERLAY,
                "--identity-file",
                folder.resolve("none.yaml").toString(),
                "--prometheus-listen-on",
                "");
        command.addAll(more);
        var process = start(host, "node-" + letter, command);
        await("node " + letter, () -> isReady(letter, process));
    }

    /** Waits until a node that was started again is ready. */
    void awaitNode(String letter) {
        var process = of("node-" + letter).process;
        await("node " + letter, () -> isReady(letter, process));
    }

    private boolean isReady(String letter, Process process) {
        if (!process.isAlive()) {
            throw new IllegalStateException(
                    "node %s ended: see %s".formatted(letter, folder.resolve("node-" + letter + ".log")));
        }
        try (var admin = new AdminClient(run(letter).resolve("admin.sock"))) {
            return admin.status().isReady();
        } catch (RuntimeException e) {
            return false;
        }
    }

    private void endpoint(String letter, String host, String service, String pool) {
        endpoint(letter, host, new SiteEndpoint(service, service + "-1", pool, service), List.of());
    }

    /**
     * Starts an endpoint, and waits until the first node knows it.
     *
     * @param letter of its node
     * @param host where its wires end, unless the wrapper says otherwise
     * @param wrapper a command that starts it; empty for none
     */
    Process endpoint(String letter, String host, SiteEndpoint endpoint, List<String> wrapper) {
        var command = new ArrayList<>(wrapper);
        command.addAll(nsm(
                "endpoint",
                "responder",
                "--name",
                endpoint.name(),
                "--service-names",
                endpoint.service(),
                "--payload",
                "IP",
                "--cidr-prefix",
                endpoint.pool(),
                "--address-rest",
                "0"));
        command.addAll(way(letter));
        command.addAll(0, MEEK);
        var process = start(host, endpoint.log(), command);
        await("endpoint " + endpoint.name(), () -> isRegistered(endpoint.name()));
        return process;
    }

    private boolean isRegistered(String name) {
        try (var admin = new AdminClient(run("a").resolve("admin.sock"))) {
            return admin.list(org.nsm4j.app.admin.Item.Kind.ENDPOINT).toString().contains(name);
        }
    }

    /** The flags that lead a program to a node. */
    List<String> way(String letter) {
        return List.of(
                "--connect-to",
                "unix://" + run(letter).resolve("nsm.io.sock"),
                "--spiffe-endpoint-socket",
                "unix://" + run(letter).resolve("identity.sock"));
    }

    /** A command line of this very build. */
    List<String> nsm(String... arguments) {
        var command = new ArrayList<String>();
        command.add(System.getProperty("nsm.launcher", "nsm"));
        command.addAll(List.of(arguments));
        return command;
    }

    /** This process's way into the mesh, by the first node. */
    Mesh mesh() {
        var parts =
                Parts.fromWorkloadApi("unix://" + run("a").resolve("identity.sock"), TOKEN_LIFE, Duration.ofSeconds(5));
        return new Mesh(parts, Url.unix(run("a").resolve("nsm.io.sock").toString()), folder);
    }

    private Path run(String letter) {
        return folder.resolve(letter).resolve("run");
    }

    /** Where a program's output goes. */
    Path log(String name) {
        return folder.resolve(name + ".log");
    }

    Scheduler scheduler() {
        return scheduler;
    }

    /** Starts a program on a host; its output goes to a log file of that name. */
    Process start(String host, String log, List<String> command) {
        var inside = inside(host, command);
        try {
            var process = new ProcessBuilder(inside)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            folder.resolve(log + ".log").toFile()))
                    .start();
            processes.add(process);
            started.put(log, new Started(host, command, process));
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + String.join(" ", inside), e);
        }
    }

    /** Kills a program at once, as a crash does. */
    void kill(String log) {
        var process = of(log).process;
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts a program that has ended once more. */
    void startAgain(String log) {
        startAgain(log, List.of());
    }

    /**
     * Starts a program that has ended once more.
     *
     * @param wrapper a command that starts it this time
     */
    void startAgain(String log, List<String> wrapper) {
        var before = of(log);
        var command = new ArrayList<>(wrapper);
        command.addAll(before.command);
        var process = start(before.host, log, command);
        started.put(log, new Started(before.host, before.command, process));
    }

    /** The number of a program's process. */
    long pid(String log) {
        return of(log).process.pid();
    }

    private Started of(String log) {
        return Objects.requireNonNull(started.get(log), log);
    }

    /** The admin socket of a node. */
    Path admin(String letter) {
        return run(letter).resolve("admin.sock");
    }

    /** Runs a program on a host to its end, and returns what it wrote. */
    static String output(String host, List<String> command) throws IOException, InterruptedException {
        return outputOf(inside(host, command));
    }

    /** Runs a program on this machine itself, to its end. */
    static void host(String... command) {
        try {
            outputOf(List.of(command));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String outputOf(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var text = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("%s: %s".formatted(String.join(" ", command), text));
        }
        return text;
    }

    private static List<String> inside(String host, List<String> command) {
        var inside =
                new ArrayList<>(List.of("nsenter", "--net=" + Netns.named(host).path()));
        inside.addAll(command);
        return inside;
    }

    /** Waits for something to become true. */
    void await(String what, BooleanSupplier there) {
        var until = Instant.now().plus(PATIENCE);
        while (!there.getAsBoolean()) {
            if (Instant.now().isAfter(until)) {
                throw new IllegalStateException(
                        "%s: not there within %d s; see the logs in %s".formatted(what, PATIENCE.toSeconds(), folder));
            }
            scheduler.pause(LOOK);
        }
    }

    /** Ends the programs, newest first, and takes the hosts away. */
    @Override
    public void close() {
        processes.reversed().forEach(Process::destroy);
        for (var process : processes) {
            try {
                if (!process.waitFor(Duration.ofSeconds(5))) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
            }
        }
        scheduler.close();
        clear();
    }

    /** Takes away the hosts and files that any run left. */
    private void clear() {
        NamedNetns.list().stream().filter(name -> name.startsWith(PREFIX)).forEach(NamedNetns::delete);
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot clear " + folder, e);
        }
    }
}
