package org.nsm4j.identity.attest;

import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.nsm4j.core.model.Refused;

/**
 * What is known of a process, none of it told by the process itself.
 *
 * @param pid its number here
 * @param uid its user
 * @param user the user's name by {@code /etc/passwd}; empty where that has none
 * @param executable its program, as the kernel names it
 * @param programOfThisHost whether that name, on this host, is the very same file; it is not where the process sees
 *     other mounts (a container), or the file was replaced after its start
 * @param sha256 computes the hash of the program, in lower-case hexadecimal digits
 * @param cgroup its control group
 * @param hostUserNamespace whether it is in this host's user namespace
 * @param hostPidNamespace whether it is in this host's pid namespace
 */
public record Workload(
        int pid,
        int uid,
        Optional<String> user,
        String executable,
        boolean programOfThisHost,
        Supplier<String> sha256,
        String cgroup,
        boolean hostUserNamespace,
        boolean hostPidNamespace) {
    private static final Pattern CONTAINER = Pattern.compile("(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])");

    /** The container's id, from the innermost control group that has one in its name. */
    public Optional<String> container() {
        return CONTAINER.matcher(cgroup).results().reduce((_, last) -> last).map(found -> found.group());
    }

    /** The last part of the program's path. */
    public String executableName() {
        return executable.substring(executable.lastIndexOf('/') + 1);
    }

    /** The facts as a person reads them in a refusal, in the words of {@code identity.yaml}. */
    public String describe() {
        return "pid %d, user: %s, executable: %s%s, cgroup: %s, userNamespace: %s, pidNamespace: %s"
                .formatted(
                        pid,
                        user.map(name -> name + " (uid " + uid + ")").orElse("uid " + uid),
                        executable,
                        programOfThisHost ? "" : " (not this host's file of that name)",
                        cgroup,
                        hostUserNamespace ? "host" : "other",
                        hostPidNamespace ? "host" : "other");
    }

    /** The value of a field of an id's template. */
    String field(String name) {
        return switch (name) {
            case "user" -> user.orElseThrow(() -> unknown(name, "a user of /etc/passwd"));
            case "uid" -> Integer.toString(uid);
            case "executable.name" -> executableName();
            case "container" -> container().orElseThrow(() -> unknown(name, "a control group of a container"));
            default -> throw new IllegalArgumentException("field: " + name + " (expected: one that the rules allow)");
        };
    }

    private Refused unknown(String name, String expected) {
        return new Refused(
                Refused.Reason.NOT_AUTHORIZED,
                "workload: no {%s} for %s (expected: %s)".formatted(name, describe(), expected));
    }
}
