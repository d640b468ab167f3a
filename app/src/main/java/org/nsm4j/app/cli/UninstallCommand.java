package org.nsm4j.app.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nsm uninstall} */
@Command(name = "uninstall", description = "Stops the service and removes all that nsm install wrote.")
final class UninstallCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Option(names = "--purge", description = "Remove changed settings, state and the domain's CA too.")
    private boolean purge;

    @Option(names = "--root", hidden = true, paramLabel = "FOLDER")
    private Path root = Path.of("/");

    UninstallCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        InstallCommand.of(root, surroundings).uninstall(purge);
        return Exit.OK.code();
    }
}
