package org.nsm4j.app.admin;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.nsm4j.core.model.Refused;

/**
 * A workload to be plugged into a service.
 *
 * @param name the connection's name; empty lets the node choose one
 * @param url {@code kernel://SERVICE[@DOMAIN]/INTERFACE[?LABEL=VALUE]}
 * @param target the workload's network namespace
 * @param declared whether it is to come back after a reboot
 * @param labels of the request, beside those of the URL
 * @param timeout how long the set-up may take
 */
public record ConnectRequest(
        String name, String url, Target target, boolean declared, Map<String, String> labels, Duration timeout) {
    public ConnectRequest {
        labels = Map.copyOf(labels);
    }

    /** Which network namespace. */
    public sealed interface Target {
        /** As {@code ip netns} knows it. */
        record Named(String name) implements Target {
            public Named {
                if (name.isEmpty() || name.contains("/") || name.startsWith(".")) {
                    throw new Refused(
                            Refused.Reason.INVALID,
                            "network namespace: \"%s\" (expected: a name as in \"ip netns\", or an absolute path)"
                                    .formatted(name));
                }
            }
        }

        /** A file of the namespace. */
        record AtPath(Path path) implements Target {
            public AtPath {
                if (!path.isAbsolute()) {
                    throw new Refused(
                            Refused.Reason.INVALID,
                            "network namespace: \"%s\" (expected: an absolute path)".formatted(path));
                }
            }
        }

        /** That of a process, by its number in the host's pid namespace. */
        record Pid(int pid) implements Target {
            public Pid {
                if (pid < 1) {
                    throw new Refused(Refused.Reason.INVALID, "pid: %d (expected: 1 or more)".formatted(pid));
                }
            }
        }

        /** The host's own: root alone, and its existing links stay untouched. */
        record Host() implements Target {}

        /** Reads what people type after {@code --netns}: {@code host}, a path or a name. */
        static Target parse(String text) {
            if (text.equals("host")) {
                return new Host();
            }
            return text.startsWith("/") ? new AtPath(Path.of(text)) : new Named(text);
        }
    }
}
