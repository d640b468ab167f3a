package org.nsm4j.app.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.nsm4j.app.install.Installation;
import org.nsm4j.app.install.SystemdUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nsm install} */
@Command(name = "install", description = "Makes nsm up a systemd service of this host.")
final class InstallCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Option(names = "--dry-run", description = "Print the unit, and write nothing.")
    private boolean dryRun;

    @Option(names = "--root", hidden = true, paramLabel = "FOLDER")
    private Path root = Path.of("/");

    InstallCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var installation = of(root, surroundings);
        if (dryRun) {
            surroundings.out().println("# " + installation.unitFile());
            surroundings.out().print(installation.unit().text());
        } else {
            installation.install();
        }
        return Exit.OK.code();
    }

    static Installation of(Path root, Surroundings surroundings) {
        var launcher = System.getProperty("nsm.launcher", "/usr/local/bin/nsm");
        var unit = new SystemdUnit(Path.of(launcher), Path.of(System.getProperty("java.home")));
        return new Installation(root, unit, surroundings.out()::println);
    }
}
