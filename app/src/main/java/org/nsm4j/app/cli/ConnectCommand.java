package org.nsm4j.app.cli;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.nsm4j.app.admin.Admin;
import org.nsm4j.app.admin.ConnectRequest;
import org.nsm4j.app.admin.ConnectionStatus;
import org.nsm4j.app.admin.Item;
import org.nsm4j.app.config.GoDuration;
import org.nsm4j.app.manifest.ManifestWriter;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nsm connect kernel://SERVICE/INTERFACE --netns NAME} */
@Command(
        name = "connect",
        description = "Plugs a workload into a network service.",
        footer = {"", "Example: nsm connect kernel://vpn-gateway/nsm-1 --netns app"})
final class ConnectCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final NodeOption node = new NodeOption();

    @Parameters(paramLabel = "URL", description = "kernel://SERVICE[@DOMAIN]/INTERFACE[?LABEL=VALUE]")
    private String url = "";

    @ArgGroup(multiplicity = "1")
    private Where where = new Where();

    @Option(names = "--name", paramLabel = "NAME", description = "The connection's name (default: the node chooses).")
    private String name = "";

    @Option(names = "--label", paramLabel = "KEY=VALUE", description = "A label of the request; may be repeated.")
    private Map<String, String> labels = new LinkedHashMap<>();

    @Option(names = "--persist", description = "Come back after a reboot; not with --pid and --container.")
    private boolean persist;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            converter = Span.class,
            description = "How long the set-up may take (default: 15s).")
    private Duration timeout = Duration.ofSeconds(15);

    @Option(names = "-o", paramLabel = "FORMAT", description = "json or yaml: print the connection alone.")
    private Format format = Format.table;

    /** The workload. */
    static final class Where {
        @Option(
                names = "--netns",
                required = true,
                paramLabel = "NAME|PATH|host",
                description =
                        "A network namespace as ip netns knows it, or its file; host: this host's own (root only).")
        private @Nullable String netns;

        @Option(names = "--pid", required = true, paramLabel = "PID", description = "That of a process.")
        private @Nullable Integer pid;

        @Option(
                names = "--container",
                required = true,
                paramLabel = "ID",
                description = "That of a container on this host, by the first digits of its id.")
        private @Nullable String container;
    }

    static final class Span implements CommandLine.ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return GoDuration.parse(text);
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException("\"%s\" (expected: %s)".formatted(text, e.getMessage()));
            }
        }
    }

    ConnectCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (persist && where.netns == null) {
            throw new BadUsage("--persist: a process does not outlive a reboot (expected: --netns with it)");
        }
        if (!url.contains("://")) {
            throw new BadUsage("url: \"%s\" (expected: kernel://SERVICE[@DOMAIN]/INTERFACE)".formatted(url));
        }
        var request = new ConnectRequest(name, url, target(), persist, labels, timeout);
        if (request.target() instanceof ConnectRequest.Target.Host) {
            surroundings
                    .err()
                    .println("nsm: warning: this plugs the host itself; its routes may lead through the new link, "
                            + "its existing links stay untouched");
        }
        var quiet = format == Format.json || format == Format.yaml;
        var service = serviceOf(url);
        var connection = node.ask(
                surroundings,
                admin -> NodeOption.suggesting(
                        admin, Item.Kind.SERVICE, service, each -> each.connect(request, step -> print(step, quiet))));
        print(connection);
        return Exit.OK.code();
    }

    private ConnectRequest.Target target() {
        if (where.pid != null) {
            return new ConnectRequest.Target.Pid(where.pid);
        }
        if (where.container != null) {
            return new ConnectRequest.Target.Pid(Containers.onThisHost().pid(where.container));
        }
        return ConnectRequest.Target.parse(String.valueOf(where.netns));
    }

    private static String serviceOf(String url) {
        var rest = url.substring(url.indexOf("://") + 3);
        return rest.split("[/?]", 2)[0];
    }

    private void print(Admin.Step step, boolean quiet) {
        if (!quiet) {
            surroundings.out().println("%3d %-60s %8s".formatted(step.number(), step.text(), millis(step.took())));
            surroundings.out().flush();
        }
    }

    private static String millis(Duration took) {
        return String.format(Locale.ROOT, "%.1f ms", took.toNanos() / 1e6);
    }

    private void print(ConnectionStatus status) {
        var out = surroundings.out();
        switch (format) {
            case json -> out.println(Format.json(ManifestWriter.resource(new Item.OfConnection(status))));
            case yaml -> out.println(Format.yaml(ManifestWriter.resource(new Item.OfConnection(status))));
            case name -> out.println(Listings.reference(new Item.OfConnection(status)));
            case table, wide ->
                out.println("connected %s: %s in %s, %s by %s"
                        .formatted(
                                status.name(),
                                status.plug().interfaceName(),
                                status.plug().netns(),
                                String.join(" ", status.plug().addresses()),
                                status.wire().endpoint()));
        }
    }
}
