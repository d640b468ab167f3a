package org.nsm4j.identity.attest;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;

/**
 * Gives an identity to every process that all of its selectors fit.
 *
 * @param line where it stands in the file, for messages
 * @param id the path of the identity, in which {@code {user}}, {@code {uid}}, {@code {executable.name}} and
 *     {@code {container}} stand for the facts of the process
 * @param match which processes
 */
public record Rule(int line, String id, Match match) {
    /** What may stand in braces. */
    static final List<String> FIELDS = List.of("user", "uid", "executable.name", "container");

    /** First parts of paths that are for the parts of the mesh itself, and for nobody by rule. */
    static final List<String> RESERVED = List.of("authority", "node");

    static final Pattern FIELD = Pattern.compile("\\{([^{}]*)}");

    /**
     * The selectors; an empty one fits every process, but for the user namespace.
     *
     * @param user name of the user
     * @param uid number of the user
     * @param executable path of the program, which must also be this host's file of that name
     * @param executableSha256 hash of the program, for programs that this host has under no name
     * @param cgroup pattern of the control group
     * @param foreignUsers whether a process in another user namespace than the host's is taken too
     * @param hostPids whether only a process in the host's own pid namespace is taken
     */
    public record Match(
            Optional<String> user,
            OptionalInt uid,
            Optional<String> executable,
            Optional<String> executableSha256,
            Optional<String> cgroup,
            boolean foreignUsers,
            boolean hostPids) {

        /** Whether every selector fits; the hash is computed last, and only if all else fits. */
        boolean fits(Workload workload) {
            return (foreignUsers || workload.hostUserNamespace())
                    && (!hostPids || workload.hostPidNamespace())
                    && fits(user, name -> workload.user().equals(Optional.of(name)))
                    && (uid.isEmpty() || uid.getAsInt() == workload.uid())
                    && fits(
                            executable,
                            path -> workload.programOfThisHost()
                                    && workload.executable().equals(path))
                    && fits(
                            cgroup,
                            pattern -> ControlGroup.pattern(pattern)
                                    .matcher(workload.cgroup())
                                    .matches())
                    && fits(executableSha256, hash -> workload.sha256().get().equals(hash));
        }

        private static boolean fits(Optional<String> selector, Predicate<String> test) {
            return selector.isEmpty() || test.test(selector.get());
        }
    }

    /** The identity of a process that this fits. */
    SpiffeId identity(String trustDomain, Workload workload) {
        var path = FIELD.matcher(id).replaceAll(found -> Matcher.quoteReplacement(workload.field(found.group(1))));
        var named = parse(trustDomain, path, workload);
        if (RESERVED.contains(path.split("/", -1)[1])) {
            throw refused(path, workload, "a path that does not begin with one of " + RESERVED);
        }
        return named;
    }

    private SpiffeId parse(String trustDomain, String path, Workload workload) {
        try {
            return SpiffeId.parse("spiffe://" + trustDomain + path);
        } catch (Refused e) {
            throw refused(path, workload, "letters, digits, '.', '_' and '-' in every part");
        }
    }

    private Refused refused(String path, Workload workload, String expected) {
        return new Refused(
                Refused.Reason.NOT_AUTHORIZED,
                "workload: line %d of the rules makes the id %s of %s (expected: %s)"
                        .formatted(line, path, workload.describe(), expected));
    }
}
