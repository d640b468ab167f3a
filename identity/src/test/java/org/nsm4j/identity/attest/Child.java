package org.nsm4j.identity.attest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.nsm4j.linux.process.PidFd;

/** A real process for a test to look at, ended with the test. */
final class Child implements AutoCloseable, Peer {
    private final Process process;
    private final int uid;
    private final PidFd handle;
    private final long target;

    private Child(Process process, int uid) throws IOException {
        this.process = process;
        this.uid = uid;
        // A program that forks (unshare) is followed to what it runs.
        process.getInputStream().read();
        this.target = process.descendants().mapToLong(ProcessHandle::pid).max().orElse(process.pid());
        awaitProgram(target);
        this.handle = PidFd.open(target);
    }

    /** The shell that prints the line becomes the program a moment later. */
    private static void awaitProgram(long pid) throws IOException {
        var shell = Path.of("/bin/sh").toRealPath();
        var link = Path.of("/proc/" + pid + "/exe");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (Files.readSymbolicLink(link).equals(shell)) {
            if (System.nanoTime() > end) {
                throw new IOException("pid %d is still %s".formatted(pid, shell));
            }
            Thread.onSpinWait();
        }
    }

    /** Runs a command that prints a line once it is what it shall be, and waits for that. */
    static Child run(int uid, String... command) throws IOException {
        return new Child(new ProcessBuilder(command).redirectErrorStream(true).start(), uid);
    }

    /** Sleeps, as another user, started by the command that is put before. */
    static Child sleeping(int uid, Path program, String... before) throws IOException {
        var sleep = List.of("sh", "-c", "echo; exec " + program + " 600");
        return run(uid, Stream.concat(Stream.of(before), sleep.stream()).toArray(String[]::new));
    }

    /** A copy of the program {@code sleep} of our own. */
    static Path sleepIn(Path directory, String name) throws IOException {
        var copy = Files.copy(Path.of("/bin/sleep").toRealPath(), directory.resolve(name));
        copy.toFile().setExecutable(true, false);
        return copy;
    }

    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public int pid() {
        return (int) target;
    }

    @Override
    public int uid() {
        return uid;
    }

    @Override
    public boolean isAlive() {
        return handle.isAlive();
    }

    @Override
    public void close() {
        kill();
        handle.close();
    }
}
