package org.nsm4j.app.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.nsm4j.core.model.Refused;

/**
 * Who may use the admin socket: root, and the members of one group. The members are read when the rule is made, from
 * {@code /etc/group} and {@code /etc/passwd}; a change of the group counts from the next start.
 *
 * @param group the group's name; empty for root alone
 * @param gid its number; -1 for none
 * @param uids its members
 */
public record AccessRule(String group, int gid, Set<Integer> uids) {
    /** Root alone. */
    public static final AccessRule ROOT = new AccessRule("", -1, Set.of());

    public AccessRule {
        uids = Set.copyOf(uids);
    }

    /**
     * Root and the members of a group of this host; root alone where the name is empty.
     *
     * @throws Refused with {@code INVALID} where there is no such group
     */
    public static AccessRule forGroup(String group) {
        return forGroup(group, Path.of("/etc/group"), Path.of("/etc/passwd"));
    }

    static AccessRule forGroup(String group, Path groups, Path users) {
        if (group.isEmpty()) {
            return ROOT;
        }
        var line = lines(groups).stream()
                .filter(each -> each.length == 4 && each[0].equals(group))
                .findFirst()
                .orElseThrow(() -> new Refused(
                        Refused.Reason.INVALID,
                        "admin group: \"%s\" (expected: a group of this host; make it by: groupadd --system %s)"
                                .formatted(group, group)));
        int gid = Integer.parseInt(line[2]);
        var members = Set.of(line[3].split(","));
        var uids = new HashSet<Integer>();
        for (var user : lines(users)) {
            if (user.length == 7 && (members.contains(user[0]) || user[3].equals(line[2]))) {
                uids.add(Integer.parseInt(user[2]));
            }
        }
        return new AccessRule(group, gid, uids);
    }

    private static List<String[]> lines(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .map(line -> line.split(":", -1))
                    .toList();
        } catch (IOException e) {
            throw new Refused(Refused.Reason.INTERNAL, "cannot read %s: %s".formatted(file, e), e);
        }
    }

    /** Whether the peer may use the socket. */
    public boolean admits(Peer peer) {
        return peer.uid() == 0 || (gid >= 0 && (peer.gid() == gid || uids.contains(peer.uid())));
    }

    /** Who may, in words. */
    public String allowed() {
        return group.isEmpty() ? "root" : "root or a member of group " + group;
    }

    /** The group's number for the socket file's owner, if there is a group. */
    public Optional<String> socketGroup() {
        return group.isEmpty() ? Optional.empty() : Optional.of(group);
    }

    @Override
    public String toString() {
        return "AccessRule[%s, gid %d, uids %s]".formatted(group, gid, Arrays.toString(uids.toArray()));
    }
}
