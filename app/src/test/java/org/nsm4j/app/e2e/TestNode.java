package org.nsm4j.app.e2e;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nsm4j.app.admin.AdminClient;
import org.nsm4j.app.cli.Cli;
import org.nsm4j.app.cli.Surroundings;

/** A host that runs {@code nsm up} as a process of its own, and the command line by which people use it. */
final class TestNode {
    private final Ground ground;
    private final String name;
    private final String netns;
    private final Path folder;
    private final Path state;
    private List<String> wrapper;
    private final List<String> options;
    private Program process;

    /** What a command line printed, and its exit code. */
    record Answer(int exit, String out, String err) {}

    private TestNode(Ground ground, Where where, String name, String netns, List<String> options) {
        this.ground = ground;
        this.name = name;
        this.netns = netns;
        this.folder = where.folder();
        this.state = where.state();
        this.wrapper = where.wrapper();
        this.options = options;
        this.process = launch();
    }

    /** Starts a node in a namespace, and waits until it is ready. */
    static TestNode up(Ground ground, String name, String netns, String... options) {
        return ready(begin(ground, name, netns, options));
    }

    /** Starts a node in a namespace. */
    static TestNode begin(Ground ground, String name, String netns, String... options) {
        var folder = ground.folder();
        var where = new Where(folder, folder.resolve("state"), List.of());
        return new TestNode(ground, where, name, netns, List.of(options));
    }

    /** As {@link #up}, by a program that becomes the node. */
    static TestNode upWithin(Ground ground, List<String> wrapper, String name, String netns) {
        var folder = ground.folder();
        return ready(new TestNode(ground, new Where(folder, folder.resolve("state"), wrapper), name, netns, List.of()));
    }

    /** As {@link #up}, with its state somewhere else. */
    static TestNode upAt(Ground ground, Path state, String name, String netns) {
        return ready(new TestNode(ground, new Where(ground.folder(), state, List.of()), name, netns, List.of()));
    }

    private static TestNode ready(TestNode node) {
        node.awaitReady();
        return node;
    }

    /** Where a node's files are, and what starts it. */
    private record Where(Path folder, Path state, List<String> wrapper) {}

    private Program launch() {
        var arguments = new ArrayList<>(List.of(
                "up",
                "--node-name",
                name,
                "--state-dir",
                state().toString(),
                "--run-dir",
                run().toString(),
                "--identity-file",
                folder.resolve("none.yaml").toString()));
        if (!options.contains("--prometheus-listen-on")) {
            arguments.addAll(List.of("--prometheus-listen-on", ""));
        }
        arguments.addAll(options);
        return ground.nsmWithin(wrapper, netns, name, arguments.toArray(String[]::new));
    }

    /** Starts it once more as {@link #upAgain()}, by a program that becomes the node. */
    void upAgainWithin(List<String> newWrapper) {
        wrapper = newWrapper;
        upAgain();
    }

    /** Starts it once more, after it has ended. */
    void upAgain() {
        process = launch();
        awaitReady();
    }

    void awaitReady() {
        Eventually.until(
                name + " to be ready",
                () -> {
                    if (!process.isAlive()) {
                        throw new AssertionError(name + " ended: " + process.log());
                    }
                    if (!Files.exists(socket())) {
                        return false;
                    }
                    try (var admin = new AdminClient(socket())) {
                        return admin.status().isReady();
                    } catch (RuntimeException e) {
                        return false;
                    }
                },
                process::log);
    }

    Program process() {
        return process;
    }

    String netns() {
        return netns;
    }

    Path state() {
        return state;
    }

    Path run() {
        return folder.resolve("run");
    }

    Path socket() {
        return run().resolve("admin.sock");
    }

    /** Variables by which a role finds this node. */
    Map<String, String> environment() {
        return Map.of(
                "NSM_PAYLOAD", "IP",
                "NSM_CONNECT_TO", "unix://" + run().resolve("nsm.io.sock"),
                "SPIFFE_ENDPOINT_SOCKET", "unix://" + run().resolve("identity.sock"));
    }

    /** Starts a responder in a namespace, and waits until the registry has it. */
    Program responder(String endpointNetns, String endpoint, String service, String pool, String... more) {
        var arguments = new ArrayList<>(List.of(
                "endpoint", "responder", "--name", endpoint, "--service-names", service, "--cidr-prefix", pool));
        if (!List.of(more).contains("--address-rest")) {
            arguments.addAll(List.of("--address-rest", "0s")); // so that a test may name the addresses that it gets
        }
        arguments.addAll(List.of(more));
        var program = ground.nsm(endpointNetns, endpoint, environment(), arguments.toArray(String[]::new));
        awaitEndpoint(endpoint, program);
        return program;
    }

    /** The first address of the other end of a connection. */
    String peerOf(String connection) {
        return nsm("describe", "connection", connection)
                .out()
                .lines()
                .filter(line -> line.startsWith("Peer"))
                .map(line -> line.replaceAll("Peer +|/.*", ""))
                .findFirst()
                .orElseThrow();
    }

    /** Waits until an endpoint of this node is registered, by this process and no other. */
    void awaitEndpoint(String endpoint, Program program) {
        Eventually.until(
                "endpoint " + endpoint,
                () -> {
                    if (!program.isAlive()) {
                        throw new AssertionError(endpoint + " ended: " + program.log());
                    }
                    var socket = run().resolve("%s-%d.sock".formatted(endpoint, program.pid()));
                    var known = nsm("get", "endpoints", "-o", "json").out();
                    return known.contains("/" + socket.getFileName()) || known.contains("/" + inode(socket) + "\"");
                },
                () -> program.log() + process.log());
    }

    /** By which number a socket that was passed as a file is known. */
    private static String inode(Path socket) {
        try {
            return Files.getAttribute(socket, "unix:ino").toString();
        } catch (IOException e) {
            return "not there yet";
        }
    }

    /** Runs a command line against this node, in this process. */
    Answer nsm(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var surroundings = new Surroundings(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of("NSM_ADMIN", socket().toString()),
                false,
                AdminClient::new);
        int exit = new Cli(surroundings).run(arguments);
        return new Answer(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Plugs a namespace in; fails where that is refused. */
    String connect(String connection, String url, String target) {
        var answer = nsm("connect", url, "--netns", target, "--name", connection);
        if (answer.exit() != 0) {
            throw new AssertionError(answer.err() + process.log());
        }
        return answer.out();
    }

    void disconnect(String connection) {
        var answer = nsm("disconnect", connection);
        if (answer.exit() != 0) {
            throw new AssertionError(answer.err() + process.log());
        }
    }

    /** Applies a manifest. */
    Answer apply(String manifest) {
        try {
            var file = Files.writeString(folder.resolve("manifest.yaml"), manifest);
            return nsm("apply", "-f", file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Unplugs whatever a test left. */
    void disconnectAll() {
        nsm("get", "connections", "-o", "name")
                .out()
                .lines()
                .forEach(line -> nsm("disconnect", line.substring(line.indexOf('/') + 1)));
    }

    /** What the registry and the node's table hold. */
    String entries() {
        return nsm("get", "services", "-o", "name").out()
                + nsm("get", "endpoints", "-o", "name").out()
                + nsm("get", "connections", "-o", "name").out();
    }
}
