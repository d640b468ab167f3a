package org.nsm4j.app.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.nsm4j.app.admin.Admin;
import org.nsm4j.app.admin.AdminClient;

/**
 * What a command sees of the process that it runs in, so that tests can run it in theirs.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param environment the variables
 * @param terminal whether a person looks at the output
 * @param node opens the node behind an admin socket
 */
public record Surroundings(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        boolean terminal,
        Function<Path, Admin> node) {
    /** Where {@code nsm up} serves its admin socket, if nothing else is said. */
    static final Path ADMIN_SOCKET = Path.of("/run/nsm/admin.sock");

    public Surroundings {
        environment = Map.copyOf(environment);
    }

    /** Those of this process. */
    public static Surroundings ofProcess() {
        var console = System.console();
        return new Surroundings(
                System.in,
                System.out,
                System.err,
                System.getenv(),
                console != null && console.isTerminal(),
                AdminClient::new);
    }

    /** Whether to write colours: a terminal, and the person did not ask otherwise (no-color.org). */
    boolean colours() {
        return terminal
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
    }

    Path adminSocket() {
        var given = environment.getOrDefault("NSM_ADMIN", "");
        return given.isEmpty() ? ADMIN_SOCKET : Path.of(given);
    }
}
