package org.nsm4j.app.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.nsm4j.app.config.NodeSettings;

/** Whether the folders have the modes that they need. */
final class FileCheck {
    private FileCheck() {}

    static List<Finding> run(NodeSettings settings) {
        var findings = new ArrayList<Finding>();
        findings.add(folder("state", settings.stateDir(), "rwx------"));
        findings.add(folder("sockets", settings.runDir(), "rwxr-xr-x"));
        return findings;
    }

    /** A folder that is there may allow no more than this. */
    static Finding folder(String what, Path folder, String most) {
        try {
            if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                return Finding.ok(what, "%s: will be made".formatted(folder));
            }
            var allowed = PosixFilePermissions.fromString(most);
            var actual = Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
            var text = "%s: %s".formatted(folder, PosixFilePermissions.toString(actual));
            return allowed.containsAll(actual)
                    ? Finding.ok(what, text)
                    : Finding.fail(
                            what,
                            "%s (expected: at most %s)".formatted(text, most),
                            "chmod u=rwx,g%s,o%s %s".formatted(bits(most, 3), bits(most, 6), folder));
        } catch (IOException e) {
            return Finding.fail(what, "cannot look at %s: %s".formatted(folder, e.getMessage()), "sudo nsm check");
        }
    }

    private static String bits(String mode, int from) {
        return "=" + mode.substring(from, from + 3).replace("-", "");
    }
}
