package org.nsm4j.app.cli;

import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.nsm4j.app.admin.Admin;
import org.nsm4j.app.admin.Item;
import org.nsm4j.core.chain.Chain;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nsm explain SERVICE --label KEY=VALUE}, {@code nsm explain manager} and {@code nsm explain denials} */
@Command(
        name = "explain",
        description = {
            "Says which endpoint a client would get, and why not the others;",
            "or what a role does with a request, element by element;",
            "or what was denied lately, to whom, by which rule and on what facts."
        },
        footer = {
            "",
            "Examples: nsm explain vpn-gateway --label app=x",
            "          nsm explain manager",
            "          nsm explain denials"
        })
final class ExplainCommand implements Callable<Integer> {
    private static final String PREFIX = "service/";

    private final Surroundings surroundings;
    private final Function<String, List<Chain.Part>> elements;

    @Mixin
    private final NodeOption node = new NodeOption();

    @Parameters(
            paramLabel = "SERVICE",
            description = {
                "A network service, or a role: client, manager, forwarder, endpoint; or denials.",
                "A service of such a name: service/NAME."
            })
    private String service = "";

    @Option(names = "--label", paramLabel = "KEY=VALUE", description = "A label of the client; may be repeated.")
    private Map<String, String> labels = new LinkedHashMap<>();

    ExplainCommand(Surroundings surroundings, Function<String, List<Chain.Part>> elements) {
        this.surroundings = surroundings;
        this.elements = elements;
    }

    @Override
    public Integer call() {
        if (Roles.CHAINS.contains(service)) {
            printElements();
        } else if (service.equals("denials")) {
            printDenials();
        } else {
            printChoice(service.startsWith(PREFIX) ? service.substring(PREFIX.length()) : service);
        }
        return Exit.OK.code();
    }

    /** What the role is made of; no node is asked. */
    private void printElements() {
        var table = new Table("", "ELEMENT", "WHAT IT DOES");
        int number = 1;
        for (var each : elements.apply(service)) {
            table.row(String.valueOf(number++), each.name(), each.does());
        }
        table.lines().forEach(surroundings.out()::println);
        if (service.equals("endpoint")) {
            surroundings.out().println("A network function's own elements stand before AcceptKernel.");
        }
    }

    private void printDenials() {
        var out = surroundings.out();
        var denials = node.ask(surroundings, Admin::denials);
        if (denials.isEmpty()) {
            out.println("Nothing was denied since the node was started.");
        }
        for (var each : denials) {
            var times = each.times() > 1 ? ", %d times".formatted(each.times()) : "";
            out.println("%s  %s  %s%s"
                    .formatted(each.at().truncatedTo(ChronoUnit.SECONDS), each.reason(), each.caller(), times));
            out.println("  asked:   " + each.asked());
            out.println("  because: " + (each.hop().isEmpty() ? "" : each.hop() + ": ") + each.sentence());
        }
    }

    private void printChoice(String name) {
        var explanation = node.ask(
                surroundings,
                admin -> NodeOption.suggesting(admin, Item.Kind.SERVICE, name, each -> each.explain(name, labels)));
        surroundings.out().println(explanation.rule());
        print("ENDPOINT", explanation.candidates());
        if (!explanation.forwarders().isEmpty()) {
            surroundings.out().println();
            print("FORWARDER", explanation.forwarders());
        }
        explanation.doubts().forEach(doubt -> surroundings.err().println("nsm: warning: " + doubt));
    }

    private void print(String what, List<Admin.Candidate> candidates) {
        var table = new Table(what, "CHOSEN", "BECAUSE");
        candidates.forEach(each -> table.row(each.endpoint(), each.chosen() ? "yes" : "no", each.because()));
        table.lines().forEach(line -> surroundings.out().println(new Style(surroundings).paint(line)));
    }
}
