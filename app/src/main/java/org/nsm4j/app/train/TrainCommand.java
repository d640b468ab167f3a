package org.nsm4j.app.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.nsm4j.app.cli.Cli;
import picocli.CommandLine.Command;

/** {@code nsm train}: what {@code ./dev build} runs to make the AOT cache. Needs no privilege and changes nothing. */
@Command(name = "train", hidden = true, description = "Rehearses what every start needs, for the AOT cache.")
public final class TrainCommand implements Callable<Integer> {
    private static final int CONNECTIONS = 200;

    private final Function<List<String>, Integer> program;

    /**
     * A rehearsal.
     *
     * @param program runs a command line of {@code nsm} in this process; it must not end the process
     */
    public TrainCommand(Function<List<String>, Integer> program) {
        this.program = program;
    }

    /** A rehearsal of what a command line program does. */
    public static TrainCommand of(java.util.function.Supplier<Cli> cli) {
        return new TrainCommand(words -> cli.get().run(words.toArray(String[]::new)));
    }

    @Override
    public Integer call() throws IOException {
        var folder = Files.createTempDirectory("nsm-train-");
        try (var rehearsal = Rehearsal.start(folder)) {
            rehearsal.connectOften(CONNECTIONS);
            // reads every flag and its default, as a start does, and starts nothing
            return Math.max(program.apply(List.of("client", "--help")), program.apply(List.of("up", "--help")));
        } finally {
            clear(folder);
        }
    }

    private static void clear(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
