package org.nsm4j.app.cli;

import java.util.concurrent.Callable;
import org.nsm4j.app.admin.Admin;
import org.nsm4j.app.admin.ConnectionStatus;
import org.nsm4j.app.admin.Item;
import org.nsm4j.app.manifest.ManifestWriter;
import org.nsm4j.core.model.Refused;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nsm describe connection NAME} */
@Command(name = "describe", description = "Shows one connection, service, endpoint or node in full.")
final class DescribeCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final NodeOption node = new NodeOption();

    @Parameters(
            index = "0",
            paramLabel = "KIND",
            converter = KindName.class,
            completionCandidates = KindName.Names.class,
            description = "${COMPLETION-CANDIDATES}")
    private Item.Kind kind = Item.Kind.CONNECTION;

    @Parameters(index = "1", paramLabel = "NAME", description = "Its name.")
    private String name = "";

    @Option(names = "-o", paramLabel = "FORMAT", description = "json or yaml")
    private Format format = Format.table;

    DescribeCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var item = node.ask(surroundings, admin -> NodeOption.suggesting(admin, kind, name, this::find));
        var out = surroundings.out();
        if (format == Format.json) {
            out.println(Format.json(ManifestWriter.resource(item)));
        } else if (format != Format.yaml && item instanceof Item.OfConnection(var connection)) {
            print(connection);
        } else {
            out.println(Format.yaml(ManifestWriter.resource(item)));
        }
        return Exit.OK.code();
    }

    private Item find(Admin admin) {
        return admin.list(kind).stream()
                .filter(item -> item.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Refused(
                        Refused.Reason.NOT_FOUND,
                        "%s: \"%s\" is not there".formatted(kind.name().toLowerCase(java.util.Locale.ROOT), name)));
    }

    private void print(ConnectionStatus status) {
        var wire = status.wire();
        var plug = status.plug();
        line("Connection", status.name());
        line("State", wire.state() + (status.trouble().isEmpty() ? "" : " (" + status.trouble() + ")"));
        line("Service", wire.service() + (wire.payload().isEmpty() ? "" : ", payload " + wire.payload()));
        line("Endpoint", wire.endpoint());
        line("Interface", "%s in %s, %s".formatted(plug.interfaceName(), plug.netns(), plug.mechanism()));
        line("Addresses", String.join(", ", plug.addresses()));
        line("Peer", String.join(", ", plug.peerAddresses()));
        line("Routes", String.join(", ", plug.routes()));
        line("DNS", String.join(", ", plug.dns()));
        line("Search", String.join(", ", plug.searchDomains()));
        line("MTU", plug.mtu() == 0 ? "" : String.valueOf(plug.mtu()));
        line("Labels", Listings.labels(wire.labels()));
        line("Age", Listings.age(status.since()));
        line("Last healed", status.health().healed());
        line("After reboot", status.declared() ? "comes back" : "gone");
        surroundings.out().println("Path");
        var hops = new Table("  HOP", "NAME", "ID", "TOKEN ENDS");
        for (int i = 0; i < status.path().size(); i++) {
            var hop = status.path().get(i);
            hops.row("  " + i, hop.name(), hop.id(), Listings.left(hop.expires()));
        }
        hops.lines().forEach(surroundings.out()::println);
    }

    private void line(String what, String text) {
        if (!text.isEmpty()) {
            surroundings.out().println(new Style(surroundings).paint("%-14s%s".formatted(what, text)));
        }
    }
}
