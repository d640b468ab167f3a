package org.nsm4j.app.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.nsm4j.app.admin.Item;
import org.nsm4j.app.manifest.ManifestReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code nsm apply -f FILE} and {@code nsm delete -f FILE} */
@Command(
        description = "Registers, or takes back, what YAML or JSON files describe: NetworkService, "
                + "NetworkServiceEndpoint, Connection. All files are checked before anything is sent.")
final class ApplyCommand implements Callable<Integer> {
    private final Surroundings surroundings;
    private final boolean delete;

    @Mixin
    private final NodeOption node = new NodeOption();

    @Option(
            names = "-f",
            required = true,
            paramLabel = "FILE",
            description = "A file, or - for standard input; may be repeated.")
    private List<String> files = List.of();

    @Option(names = "--dry-run", description = "Check the files, and send nothing.")
    private boolean dryRun;

    ApplyCommand(Surroundings surroundings, boolean delete) {
        this.surroundings = surroundings;
        this.delete = delete;
    }

    @Override
    public Integer call() {
        var items = new ArrayList<Item>();
        for (var file : files) {
            var manifest = ManifestReader.read(file.equals("-") ? "stdin" : file, text(file));
            manifest.warnings().forEach(warning -> surroundings.err().println("nsm: warning: " + warning));
            items.addAll(manifest.items());
        }
        if (dryRun) {
            items.forEach(item -> surroundings.out().println(Listings.reference(item) + " valid"));
            return Exit.OK.code();
        }
        var outcomes = node.ask(surroundings, admin -> delete ? admin.delete(items) : admin.apply(items));
        for (var outcome : outcomes) {
            surroundings.out().println(outcome.resource() + " " + outcome.what());
            outcome.warnings()
                    .forEach(warning ->
                            surroundings.err().println("nsm: warning: " + outcome.resource() + ": " + warning));
        }
        return Exit.OK.code();
    }

    private String text(String file) {
        try {
            return file.equals("-")
                    ? new String(surroundings.in().readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new BadUsage("cannot read %s: %s".formatted(file, e));
        }
    }
}
