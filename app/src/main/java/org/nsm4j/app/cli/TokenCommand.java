package org.nsm4j.app.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code nsm token} */
@Command(
        name = "token",
        description = "Prints a token by which one other host may join this domain once: nsm up --join TOKEN")
final class TokenCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final NodeOption node = new NodeOption();

    @Option(
            names = "--life",
            paramLabel = "DURATION",
            converter = ConnectCommand.Span.class,
            description = "How long it can be used (default: 15m).")
    private Duration life = Duration.ofMinutes(15);

    TokenCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var token = node.ask(surroundings, admin -> admin.createJoinToken(life));
        surroundings.out().println(token.token());
        surroundings.err().println("for one host, %s".formatted(Listings.left(token.expires())));
        return Exit.OK.code();
    }
}
