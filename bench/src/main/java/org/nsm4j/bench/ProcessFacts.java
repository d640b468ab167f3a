package org.nsm4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel says of a process: {@code /proc/PID/smaps_rollup} and {@code /proc/PID/stat}. */
final class ProcessFacts {
    /** What {@code getconf CLK_TCK} says on every Linux. */
    private static final double TICKS = 100;

    private final Path folder;

    ProcessFacts(long pid) {
        this.folder = Path.of("/proc", Long.toString(pid));
    }

    /** Resident memory, in millions of bytes. */
    double rss() throws IOException {
        return memory("Rss:");
    }

    /** As {@link #rss}, with what is shared divided by those that share it. */
    double pss() throws IOException {
        return memory("Pss:");
    }

    private double memory(String what) throws IOException {
        try (var lines = Files.lines(folder.resolve("smaps_rollup"))) {
            return lines.filter(line -> line.startsWith(what))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                            .sum()
                    * 1024
                    / 1e6;
        }
    }

    /** Processor time so far, of the program and of the kernel for it. */
    double cpuSeconds() throws IOException {
        var text = Files.readString(folder.resolve("stat"));
        var fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
    }
}
