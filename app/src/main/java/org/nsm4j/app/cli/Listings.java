package org.nsm4j.app.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.nsm4j.app.admin.ConnectionStatus;
import org.nsm4j.app.admin.Item;
import org.nsm4j.app.admin.NodeStatus;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;

/** The tables of {@code nsm get}. */
final class Listings {
    private Listings() {}

    /** {@code service/vpn-gateway} */
    static String reference(Item item) {
        return item.kind().name().toLowerCase(Locale.ROOT) + "/" + item.name();
    }

    static Table table(Item.Kind kind, List<Item> items, boolean wide) {
        var table = headings(kind, wide);
        for (var item : items) {
            switch (item) {
                case Item.OfService(var service) -> service(table, service, wide);
                case Item.OfEndpoint(var endpoint) -> endpoint(table, endpoint, wide);
                case Item.OfConnection(var connection) -> connection(table, connection, wide);
                case Item.OfNode(var node) -> node(table, node, wide);
                case Item.OfDeclaration declaration -> throw new IllegalStateException("a declaration is never listed");
            }
        }
        return table;
    }

    private static Table headings(Item.Kind kind, boolean wide) {
        return switch (kind) {
            case SERVICE ->
                wide ? new Table("NAME", "PAYLOAD", "RULES", "SELECTORS") : new Table("NAME", "PAYLOAD", "RULES");
            case ENDPOINT ->
                wide
                        ? new Table("NAME", "SERVICES", "EXPIRES", "URL", "LABELS")
                        : new Table("NAME", "SERVICES", "EXPIRES");
            case CONNECTION ->
                wide
                        ? new Table(
                                "NAME",
                                "SERVICE",
                                "ENDPOINT",
                                "STATE",
                                "INTERFACE",
                                "ADDRESSES",
                                "NETNS",
                                "MTU",
                                "AGE",
                                "PATH")
                        : new Table("NAME", "SERVICE", "ENDPOINT", "STATE", "INTERFACE", "ADDRESSES");
            case NODE ->
                wide
                        ? new Table("NAME", "READY", "CONNECTIONS", "ENDPOINTS", "URL", "CLOCK")
                        : new Table("NAME", "READY", "CONNECTIONS", "ENDPOINTS");
        };
    }

    private static void service(Table table, NetworkService service, boolean wide) {
        var payload = service.payload().value();
        if (wide) {
            var selectors = service.matches().stream()
                    .map(match -> labels(match.source()) + " → "
                            + match.routes().stream()
                                    .map(route -> labels(route.selector()))
                                    .collect(Collectors.joining("|")))
                    .collect(Collectors.joining("; "));
            table.row(service.name(), payload, service.matches().size(), selectors);
        } else {
            table.row(service.name(), payload, service.matches().size());
        }
    }

    private static void endpoint(Table table, Endpoint endpoint, boolean wide) {
        var services = String.join(",", endpoint.services());
        var left = left(endpoint.expires());
        if (wide) {
            var labels = new TreeMap<>(endpoint.labels())
                    .entrySet().stream()
                            .map(each -> each.getKey() + ":" + labels(each.getValue()))
                            .collect(Collectors.joining(";"));
            table.row(endpoint.name(), services, left, endpoint.url(), labels);
        } else {
            table.row(endpoint.name(), services, left);
        }
    }

    private static void connection(Table table, ConnectionStatus status, boolean wide) {
        var wire = status.wire();
        var plug = status.plug();
        var addresses = String.join(",", plug.addresses());
        if (wide) {
            var path = status.path().stream().map(ConnectionStatus.Hop::name).collect(Collectors.joining(" → "));
            table.row(
                    status.name(),
                    wire.service(),
                    wire.endpoint(),
                    wire.state(),
                    plug.interfaceName(),
                    addresses,
                    plug.netns(),
                    plug.mtu() == 0 ? "" : plug.mtu(),
                    age(status.since()),
                    path);
        } else {
            table.row(status.name(), wire.service(), wire.endpoint(), wire.state(), plug.interfaceName(), addresses);
        }
    }

    private static void node(Table table, NodeStatus node, boolean wide) {
        var ready = node.ready() ? "yes" : "not ready";
        if (wide) {
            table.row(node.name(), ready, node.connections(), node.endpoints(), node.url(), offset(node.clockOffset()));
        } else {
            table.row(node.name(), ready, node.connections(), node.endpoints());
        }
    }

    static String labels(Map<String, String> labels) {
        return new TreeMap<>(labels)
                .entrySet().stream()
                        .map(each -> each.getKey() + "=" + each.getValue())
                        .collect(Collectors.joining(","));
    }

    static String age(@Nullable Instant since) {
        return since == null ? "" : span(Duration.between(since, Instant.now()));
    }

    static String left(@Nullable Instant until) {
        if (until == null) {
            return "";
        }
        var left = Duration.between(Instant.now(), until);
        return left.isNegative() ? "expired" : "in " + span(left);
    }

    /** The one or two largest units: {@code 3d4h}, {@code 12m5s}, {@code 8s}. */
    static String span(Duration span) {
        if (span.toDays() > 0) {
            return "%dd%dh".formatted(span.toDays(), span.toHoursPart());
        }
        if (span.toHours() > 0) {
            return "%dh%dm".formatted(span.toHours(), span.toMinutesPart());
        }
        return span.toMinutes() > 0
                ? "%dm%ds".formatted(span.toMinutes(), span.toSecondsPart())
                : "%ds".formatted(Math.max(0, span.toSeconds()));
    }

    private static String offset(Duration offset) {
        return "%+d ms".formatted(offset.toMillis());
    }
}
