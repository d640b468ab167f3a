package org.nsm4j.app.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Programs of the system that end by themselves. */
final class Shell {
    private Shell() {}

    /** What a program printed on both of its outputs, and its exit code. */
    record Result(int exit, String text) {
        Result orFail(String command) {
            if (exit != 0) {
                throw new AssertionError("%s exited with %d: %s".formatted(command, exit, text));
            }
            return this;
        }
    }

    /** Runs a command, split at spaces; it may fail. */
    static Result attempt(String command) {
        return attempt(Arrays.asList(command.split(" ")));
    }

    static Result attempt(List<String> command) {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs a command, split at spaces, which must not fail; returns what it printed. */
    static String run(String command) {
        return attempt(command).orFail(command).text();
    }

    /** Runs a command inside a namespace. */
    static String inside(String netns, String command) {
        return run("nsenter --net=/run/netns/" + netns + " " + command);
    }

    /** Whether three pings in a row are answered. */
    static boolean ping(String netns, String address) {
        return attempt("nsenter --net=/run/netns/%s ping -n -c 3 -i 0.02 -W 2 %s".formatted(netns, address))
                .text()
                .contains("3 received");
    }

    /** How {@code nsm} is started: the program under test, from the class path of the test itself. */
    static List<String> nsm(String... arguments) {
        var command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "org.nsm4j.app.Nsm"));
        command.addAll(List.of(arguments));
        return command;
    }
}
