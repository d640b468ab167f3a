package org.nsm4j.app.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nsm4j.app.admin.Admin;
import org.nsm4j.app.admin.Item;
import org.nsm4j.core.model.NearName;
import org.nsm4j.core.model.Refused;
import picocli.CommandLine.Option;

/** Which node a command talks to. */
final class NodeOption {
    @Option(
            names = "--admin",
            paramLabel = "SOCKET",
            description = "The node's admin socket (NSM_ADMIN; default: /run/nsm/admin.sock).")
    private @Nullable Path socket;

    /** Runs an action with the node, and hangs up. */
    <T> T ask(Surroundings surroundings, Function<Admin, T> action) {
        var admin = surroundings.node().apply(socket == null ? surroundings.adminSocket() : socket);
        try {
            return action.apply(admin);
        } finally {
            hangUp(admin);
        }
    }

    private static void hangUp(Admin admin) {
        if (admin instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException("cannot close the admin client", e);
            }
        }
    }

    /** As {@code action}; if it is refused since there is no such name, the near name is added. */
    static <T> T suggesting(Admin admin, Item.Kind kind, String name, Function<Admin, T> action) {
        try {
            return action.apply(admin);
        } catch (Refused e) {
            if (e.reason() != Refused.Reason.NOT_FOUND || e.sentence().contains("did you mean")) {
                throw e;
            }
            var hint = NearName.hint(name, names(admin, kind));
            throw hint.isEmpty() ? e : Refused.by(e.hop().orElse("node"), e.reason(), e.sentence() + hint);
        }
    }

    private static List<String> names(Admin admin, Item.Kind kind) {
        try {
            return admin.list(kind).stream().map(Item::name).toList();
        } catch (Refused e) {
            return List.of();
        }
    }
}
