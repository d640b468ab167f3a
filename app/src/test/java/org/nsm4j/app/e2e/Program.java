package org.nsm4j.app.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A program that stays, and what it writes to its log. */
final class Program implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final Path log;
    private final String name;

    Program(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the program has written something; fails at once where it ends before. */
    void awaitLog(String text) {
        Eventually.until(
                name + " to say " + text,
                () -> {
                    if (log().contains(text)) {
                        return true;
                    }
                    if (!process.isAlive() && !log().contains(text)) {
                        throw new AssertionError(name + " ended: " + log());
                    }
                    return false;
                },
                this::log);
    }

    /** Sends a signal by its name, such as {@code INT}. */
    void signal(String signal) {
        Shell.run("kill -%s %d".formatted(signal, pid()));
    }

    /** Ends it at once, as a crash does, and waits until it is gone. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Waits until it has ended by itself. */
    int awaitEnd() {
        try {
            if (!process.waitFor(PATIENCE)) {
                throw new AssertionError("%s did not end: %s".formatted(name, log()));
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }
}
