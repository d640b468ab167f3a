package org.nsm4j.app.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code nsm completion} */
@Command(name = "completion", description = "Prints a completion script for bash and zsh: source <(nsm completion)")
final class CompletionCommand implements Callable<Integer> {
    private final Surroundings surroundings;
    private final Cli cli;

    CompletionCommand(Surroundings surroundings, Cli cli) {
        this.surroundings = surroundings;
        this.cli = cli;
    }

    @Override
    public Integer call() {
        surroundings.out().print(AutoComplete.bash("nsm", cli.withAll()));
        return Exit.OK.code();
    }
}
