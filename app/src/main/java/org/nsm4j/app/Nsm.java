package org.nsm4j.app;

import org.nsm4j.app.cli.Cli;
import org.nsm4j.app.cli.Surroundings;
import org.nsm4j.app.config.LogLevel;
import org.nsm4j.app.demo.DemoCommand;
import org.nsm4j.app.observe.Logging;
import org.nsm4j.app.role.LiveRoles;
import org.nsm4j.app.train.TrainCommand;

/** The program's entry: one command line, one exit code. */
public final class Nsm {
    private Nsm() {}

    /** Runs {@code nsm}; commands other than roles log what they must to standard error. */
    public static void main(String[] args) {
        Logging.start(LogLevel.ERROR, System.err);
        var surroundings = Surroundings.ofProcess();
        System.exit(cli(surroundings).run(args));
    }

    private static Cli cli(Surroundings surroundings) {
        return new Cli(surroundings)
                .withRoles(LiveRoles::new)
                .with("demo", () -> new DemoCommand(surroundings))
                .with("train", () -> TrainCommand.of(() -> cli(surroundings)));
    }
}
