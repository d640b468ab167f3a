package org.nsm4j.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What one benchmark found: printed at its end, and written as JSON. */
final class Figures {
    private final String benchmark;
    private final List<Figure> all = new ArrayList<>();

    Figures(String benchmark) {
        this.benchmark = benchmark;
    }

    /** Adds a figure, and shows it at once: a run may be cut short. */
    void add(Figure figure) {
        all.add(figure);
        System.err.println("so far: " + figure.line());
    }

    void print() {
        all.forEach(figure -> System.out.println(figure.line()));
    }

    void write(Path folder) {
        var figures = all.stream().map(Figure::json).collect(Collectors.joining(",\n    ", "\n    ", "\n  "));
        var text = """
                {
                  "benchmark": "%s",
                  "at": "%s",
                  "machine": "%s",
                  "kernel": "%s",
                  "java": "%s",
                  "figures": [%s]
                }
                """.formatted(
                        benchmark,
                        Instant.now().truncatedTo(ChronoUnit.SECONDS),
                        machine(),
                        System.getProperty("os.version"),
                        Runtime.version(),
                        figures);
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(benchmark + ".json"), text);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + folder, e);
        }
    }

    /** Processor and number of them, as Linux tells it. */
    private static String machine() {
        int processors = Runtime.getRuntime().availableProcessors();
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            var model = lines.filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse(System.getProperty("os.arch"));
            return processors + " × " + model.replace("\"", "");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read /proc/cpuinfo", e);
        }
    }
}
