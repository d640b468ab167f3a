package org.nsm4j.linux.netns;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fresh named namespaces for one test, gone after it whatever its result. As an extension
 * ({@code @RegisterExtension final Namespaces namespaces = new Namespaces();}) or in a try block. Names hold this process's
 * number and a counter, so that tests of several processes run beside each other.
 */
public final class Namespaces implements BeforeEachCallback, AfterEachCallback, AutoCloseable {
    private static final AtomicInteger COUNTER = new AtomicInteger();
    private final Deque<String> names = new ArrayDeque<>();

    /** Makes a namespace whose name begins with {@code purpose}. */
    public Netns create(String purpose) {
        String name = "%s-%d-%d".formatted(purpose, ProcessHandle.current().pid(), COUNTER.incrementAndGet());
        Netns netns = NamedNetns.create(name);
        names.push(name);
        return netns;
    }

    /** The name that {@code ip netns} knows a namespace of {@link #create} by. */
    public static String nameOf(Netns netns) {
        return Path.of(netns.path()).getFileName().toString();
    }

    /** Runs {@code ip -n NAMESPACE ARGUMENTS}, split at spaces, and returns what it prints; fails if it fails. */
    public static String ip(Netns netns, String arguments) {
        return run("ip", "-n " + nameOf(netns) + " " + arguments);
    }

    /** Runs a command within a namespace and returns what it prints; fails if it fails. */
    public static String inside(Netns netns, String command) {
        return run("ip", "netns exec " + nameOf(netns) + " " + command);
    }

    private static String run(String program, String arguments) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments.split(" ")));
        try {
            // what ip complains of besides, such as a namespace that another test took away meanwhile, is not the
            // answer
            Process process = new ProcessBuilder(command).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            int exit = process.waitFor();
            if (exit != 0) {
                throw new AssertionError(
                        "%s exited with %d: %s%s".formatted(String.join(" ", command), exit, output, errors));
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        boolean root = Files.isWritable(Path.of("/proc/sys/kernel/hostname"))
                && "root".equals(System.getProperty("user.name"));
        assumeTrue(root, "kernel test skipped: it makes network namespaces, which needs root");
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }

    @Override
    public void close() {
        while (!names.isEmpty()) {
            NamedNetns.delete(names.pop());
        }
    }
}
