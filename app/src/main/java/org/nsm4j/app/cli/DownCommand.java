package org.nsm4j.app.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code nsm down} */
@Command(name = "down", description = "Ends this host's node. Wires stay, and the next nsm up adopts them.")
final class DownCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final NodeOption node = new NodeOption();

    @Option(
            names = "--drain",
            paramLabel = "DURATION",
            converter = ConnectCommand.Span.class,
            description = "First do as nsm drain does, and wait so long until all connections are moved.")
    private @Nullable Duration drain;

    DownCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        return node.ask(surroundings, admin -> {
            if (drain != null) {
                int left = admin.drain(drain);
                surroundings.out().println("drained, %d connections left".formatted(left));
            }
            admin.shutdown();
            surroundings.out().println("down");
            return Exit.OK.code();
        });
    }
}
