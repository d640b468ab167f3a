package org.nsm4j.app.role;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.nsm4j.app.admin.Admin.Leftover;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.dataplane.wire.Leftovers;

/**
 * Compares what should be on a node with what is there, and names each difference with its cure. Changes nothing: what is
 * found is removed or repaired by its owner, or by a person.
 */
final class NodeAudit {
    private static final Pattern ENDPOINT_SOCKET = Pattern.compile(".*-[0-9]{1,9}\\.sock");
    /** A metric is read often, and each look lists the links of every namespace. */
    private static final Duration FRESH = Duration.ofMinutes(1);

    private final Node node;
    private volatile Counted counted = new Counted(Instant.EPOCH, Map.of());

    private record Counted(Instant at, Map<String, Long> byKind) {}

    NodeAudit(Node node) {
        this.node = node;
    }

    /** What a kind of leftover is called. */
    enum Kind {
        LINK,
        MISSING,
        SOCKET,
        UNTOLD,
        NAMESPACE;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Everything that differs now. */
    List<Leftover> find() {
        var found = new ArrayList<Leftover>();
        node.forwarder().leftovers().find().forEach(each -> found.add(link(each)));
        var standing = node.forwarder().connections().standing().stream()
                .map(each -> each.answer().id())
                .collect(Collectors.toSet());
        node.forwarder().leftovers().missing(standing).forEach(id -> found.add(missing(id)));
        sockets(found);
        for (var name : node.client().untold()) {
            found.add(new Leftover(
                    Kind.UNTOLD.word(),
                    "connection %s is closed here, and a hop behind was not told yet".formatted(name),
                    "nothing: it is told as soon as it answers, or expires by itself"));
        }
        for (var name : node.client().moved()) {
            found.add(new Leftover(
                    Kind.NAMESPACE.word(),
                    "connection %s: the network namespace that was plugged is not there any more".formatted(name),
                    "nsm disconnect " + name));
        }
        return found;
    }

    /** How many there are of a kind, as of a minute ago at most. */
    int count(Kind kind) {
        var now = node.scheduler().now();
        if (counted.at.plus(FRESH).isBefore(now)) {
            counted = new Counted(
                    now, find().stream().collect(Collectors.groupingBy(Leftover::kind, Collectors.counting())));
        }
        return counted.byKind.getOrDefault(kind.word(), 0L).intValue();
    }

    private static Leftover link(Leftovers.Leftover each) {
        var owned = each.owned();
        var where = owned.isOnNode() ? "the node's namespace" : "the namespace with nsid " + owned.nsid();
        var what = switch (owned.state()) {
            case STANDS -> "belongs to no connection";
            case UNFINISHED -> "was never finished";
            case PARKED -> "made room for a successor and was not taken away";
            case LAID_OFF -> "waits to be deleted";
        };
        var alias = owned.link().alias().isEmpty() ? "no alias" : owned.link().alias();
        return new Leftover(
                Kind.LINK.word(),
                "link %s in %s %s (%s)".formatted(owned.link().name(), where, what, alias),
                "the node removes it at %s; at once, in that namespace: ip link delete %s"
                        .formatted(
                                each.removedAt().truncatedTo(ChronoUnit.SECONDS),
                                owned.link().name()));
    }

    private static Leftover missing(ConnectionId id) {
        return new Leftover(
                Kind.MISSING.word(),
                "connection %s has no link any more".formatted(id),
                "the node plugs it again at its client's next refresh; at once: the same nsm connect again");
    }

    private void sockets(List<Leftover> found) {
        try (var files = Files.newDirectoryStream(node.settings().runDir(), "*.sock")) {
            for (var file : files) {
                if (isDead(file)) {
                    found.add(new Leftover(
                            Kind.SOCKET.word(), "socket %s of a process that has ended".formatted(file), "rm " + file));
                }
            }
        } catch (IOException e) {
            found.add(new Leftover(
                    Kind.SOCKET.word(),
                    "cannot look into %s: %s".formatted(node.settings().runDir(), e.getMessage()),
                    ""));
        }
    }

    private static boolean isDead(Path file) {
        var name = ENDPOINT_SOCKET.matcher(file.getFileName().toString());
        if (!name.matches()) {
            return false;
        }
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return !channel.connect(UnixDomainSocketAddress.of(file));
        } catch (IOException e) {
            return true;
        }
    }
}
