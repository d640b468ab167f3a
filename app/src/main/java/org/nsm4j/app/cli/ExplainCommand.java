package org.nsm4j.app.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.nsm4j.app.admin.Admin;
import org.nsm4j.app.admin.Item;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nsm explain SERVICE --label KEY=VALUE} */
@Command(name = "explain", description = "Says which endpoint a client would get, and why not the others.")
final class ExplainCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final NodeOption node = new NodeOption();

    @Parameters(paramLabel = "SERVICE", description = "The network service.")
    private String service = "";

    @Option(names = "--label", paramLabel = "KEY=VALUE", description = "A label of the client; may be repeated.")
    private Map<String, String> labels = new LinkedHashMap<>();

    ExplainCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var explanation = node.ask(
                surroundings,
                admin -> NodeOption.suggesting(
                        admin, Item.Kind.SERVICE, service, each -> each.explain(service, labels)));
        surroundings.out().println(explanation.rule());
        print("ENDPOINT", explanation.candidates());
        if (!explanation.forwarders().isEmpty()) {
            surroundings.out().println();
            print("FORWARDER", explanation.forwarders());
        }
        explanation.doubts().forEach(doubt -> surroundings.err().println("nsm: warning: " + doubt));
        return Exit.OK.code();
    }

    private void print(String what, List<Admin.Candidate> candidates) {
        var table = new Table(what, "CHOSEN", "BECAUSE");
        candidates.forEach(each -> table.row(each.endpoint(), each.chosen() ? "yes" : "no", each.because()));
        table.lines().forEach(line -> surroundings.out().println(new Style(surroundings).paint(line)));
    }
}
