package org.nsm4j.app.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code nsm drain} */
@Command(
        name = "drain",
        description =
                "Has this node take no new connections, and those of its endpoints moved to other nodes without a "
                        + "packet lost. Connections of its own workloads stay. It lasts until --undo or nsm down.")
final class DrainCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final NodeOption node = new NodeOption();

    @Option(names = "--undo", description = "Take new connections again.")
    private boolean undo;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            converter = ConnectCommand.Span.class,
            description = "How long to wait until all are moved (default: 60s).")
    private Duration timeout = Duration.ofSeconds(60);

    DrainCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        return node.ask(surroundings, admin -> {
            if (undo) {
                admin.undrain();
                surroundings.out().println("takes new connections again");
                return Exit.OK.code();
            }
            int left = admin.drain(timeout);
            surroundings.out().println("drained, %d connections left".formatted(left));
            if (left > 0) {
                surroundings
                        .err()
                        .println(
                                "nsm: what is left has no other endpoint to go to; it is moved as soon as there is one");
            }
            return left == 0 ? Exit.OK.code() : Exit.REFUSED.code();
        });
    }
}
