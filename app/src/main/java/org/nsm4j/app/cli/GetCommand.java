package org.nsm4j.app.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.nsm4j.app.admin.Admin;
import org.nsm4j.app.admin.Item;
import org.nsm4j.app.manifest.ManifestWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nsm get services|endpoints|connections|nodes} */
@Command(name = "get", description = "Lists services, endpoints, connections of this node, or nodes.")
final class GetCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final NodeOption node = new NodeOption();

    @Parameters(
            paramLabel = "KIND",
            converter = KindName.class,
            completionCandidates = KindName.Names.class,
            description = "${COMPLETION-CANDIDATES}")
    private Item.Kind kind = Item.Kind.SERVICE;

    @Option(names = "-o", paramLabel = "FORMAT", description = "${COMPLETION-CANDIDATES} (default: table)")
    private Format format = Format.table;

    @Option(names = "-w", description = "Stay, and print what changes.")
    private boolean watch;

    GetCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        return node.ask(surroundings, admin -> {
            if (watch) {
                admin.watch(kind, this::print);
            } else {
                print(admin);
            }
            return Exit.OK.code();
        });
    }

    private void print(Admin admin) {
        var items = admin.list(kind);
        var style = new Style(surroundings);
        var lines = format.lines(kind, items);
        var table = format == Format.table || format == Format.wide;
        if (items.isEmpty() && table) {
            surroundings.err().println("none");
            return;
        }
        for (int i = 0; i < lines.size(); i++) {
            if (format == Format.yaml && i > 0) {
                surroundings.out().println("---");
            }
            var line = lines.get(i);
            surroundings.out().println(!table ? line : i == 0 ? style.heading(line) : style.paint(line));
        }
    }

    /** One event, one line; a JSON event is one object on its line. */
    private void print(Admin.Event event) {
        var sign = event.deleted() ? "- " : "+ ";
        var one = List.of(event.item());
        var out = surroundings.out();
        switch (format) {
            case table, wide -> {
                var lines = format.lines(kind, one);
                out.println(sign + new Style(surroundings).paint(lines.getLast()));
            }
            case json ->
                out.println(Format.jsonLine(
                        java.util.Map.of("deleted", event.deleted(), "object", ManifestWriter.resource(event.item()))));
            case yaml ->
                out.println("---\n# " + (event.deleted() ? "deleted\n" : "present\n")
                        + format.lines(kind, one).getFirst());
            case name -> out.println(sign + format.lines(kind, one).getFirst());
        }
        out.flush();
    }
}
