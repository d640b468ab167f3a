package org.nsm4j.app.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code nsm version} */
@Command(name = "version", description = "Prints the version of nsm4j and of the JVM.")
final class VersionCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    VersionCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        surroundings.out().println("nsm4j %s, Java %s".formatted(version(), Runtime.version()));
        return Exit.OK.code();
    }

    /** As the jar's manifest says; {@code development} when the classes do not come from a jar. */
    static String version() {
        var version = VersionCommand.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
