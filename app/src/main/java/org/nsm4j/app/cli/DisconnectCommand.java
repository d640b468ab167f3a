package org.nsm4j.app.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.nsm4j.app.admin.Item;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code nsm disconnect NAME…} */
@Command(name = "disconnect", description = "Closes connections; what connect made is gone when this returns.")
final class DisconnectCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final NodeOption node = new NodeOption();

    @Parameters(arity = "1..*", paramLabel = "NAME", description = "As nsm get connections shows it.")
    private List<String> names = List.of();

    DisconnectCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        return node.ask(surroundings, admin -> {
            for (var name : names) {
                var untold = NodeOption.suggesting(admin, Item.Kind.CONNECTION, name, each -> each.disconnect(name));
                surroundings.out().println("disconnected " + name);
                if (!untold.isEmpty()) {
                    surroundings.err().println(name + ": the close did not reach every hop: " + untold);
                }
            }
            return Exit.OK.code();
        });
    }
}
