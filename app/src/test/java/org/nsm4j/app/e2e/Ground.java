package org.nsm4j.app.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.nsm4j.app.config.LogLevel;
import org.nsm4j.app.observe.Logging;

/**
 * What the tests of a class stand on: network namespaces, processes and files, all gone after the last of them, whatever
 * their results. Names hold this process's number, so that grounds of several processes stand beside each other.
 */
final class Ground implements BeforeAllCallback, AfterAllCallback {
    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final Deque<String> namespaces = new ArrayDeque<>();
    private final Deque<Program> programs = new ArrayDeque<>();
    private final List<Path> folders = new ArrayList<>();

    @Override
    public void beforeAll(ExtensionContext context) {
        boolean root = Files.isWritable(Path.of("/proc/sys/kernel/hostname"))
                && "root".equals(System.getProperty("user.name"));
        assumeTrue(root, "kernel test skipped: it makes network namespaces, which needs root");
        Logging.start(LogLevel.ERROR, System.err); // command lines run in this process too
    }

    /** Makes a namespace with its loopback up. */
    String netns(String purpose) {
        return netnsNamed(
                "nsme2e-%d-%d-%s".formatted(ProcessHandle.current().pid(), COUNTER.incrementAndGet(), purpose));
    }

    /** Makes a namespace of a name that was told before. */
    String netnsNamed(String name) {
        Shell.run("ip netns add " + name);
        namespaces.push(name);
        Shell.run("ip -n %s link set lo up".formatted(name));
        return name;
    }

    /** All namespaces that were made. */
    List<String> namespaces() {
        return List.copyOf(namespaces);
    }

    /** Joins two namespaces by a link {@code under0} with an address at each end. */
    void join(String one, String address, String other, String otherAddress) {
        Shell.run("ip link add under0 netns %s type veth peer name under0 netns %s".formatted(one, other));
        Shell.run("ip -n %s addr add %s dev under0".formatted(one, address));
        Shell.run("ip -n %s addr add %s dev under0".formatted(other, otherAddress));
        for (var each : List.of(one, other)) {
            Shell.run("ip -n %s link set under0 up".formatted(each));
        }
    }

    /** Makes a folder. */
    Path folder() {
        try {
            var folder = Files.createTempDirectory("nsme2e");
            folders.add(folder);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts {@code nsm} in a namespace, by a program that becomes it. */
    Program nsmWithin(List<String> wrapper, String netns, String log, String... arguments) {
        var command = new ArrayList<>(wrapper);
        command.addAll(Shell.nsm(arguments));
        return start(netns, log, Map.of(), command);
    }

    /** Starts {@code nsm} in a namespace. */
    Program nsm(String netns, String log, Map<String, String> environment, String... arguments) {
        return start(netns, log, environment, Shell.nsm(arguments));
    }

    /** Starts a program in a namespace. */
    Program start(String netns, String log, Map<String, String> environment, List<String> command) {
        var inside = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + netns));
        inside.addAll(command);
        try {
            var file = Files.createTempFile(folder(), log, ".log");
            var builder = new ProcessBuilder(inside)
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(file.toFile());
            builder.environment().putAll(environment);
            var program = new Program(log, builder.start(), file);
            programs.push(program);
            return program;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        while (!programs.isEmpty()) {
            programs.pop().close();
        }
        while (!namespaces.isEmpty()) {
            Shell.attempt("ip netns del " + namespaces.pop());
        }
        for (var folder : folders) {
            try (var files = Files.walk(folder)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
        folders.clear();
    }
}
