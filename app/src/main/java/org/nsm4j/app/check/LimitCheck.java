package org.nsm4j.app.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Limits of this process and settings of the kernel that would bite later. */
final class LimitCheck {
    /** A connection holds a few descriptors for a moment, a thousand of them at once must not run out. */
    private static final long FILES = 8192;

    private LimitCheck() {}

    static List<Finding> run() {
        return List.of(
                openFiles(Path.of("/proc/self/limits")), sysctls(Path.of("/proc/sys/net/ipv4/conf/all/forwarding")));
    }

    static Finding openFiles(Path limits) {
        try {
            var line = Files.readAllLines(limits).stream()
                    .filter(each -> each.startsWith("Max open files"))
                    .findFirst()
                    .orElse("Max open files 0 0");
            var words = line.substring("Max open files".length()).strip().split("\\s+", -1);
            long hard = words[1].equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(words[1]);
            return hard >= FILES
                    ? Finding.ok("open files", "limit " + words[1])
                    : Finding.warn(
                            "open files",
                            "limit %s (expected: %d or more)".formatted(words[1], FILES),
                            "ulimit -Hn %d, or LimitNOFILE= in the unit".formatted(FILES));
        } catch (IOException | NumberFormatException e) {
            return Finding.warn("open files", "cannot read %s: %s".formatted(limits, e.getMessage()), "");
        }
    }

    static Finding sysctls(Path sysctl) {
        return Files.isWritable(sysctl)
                ? Finding.ok("/proc/sys", "writable")
                : Finding.warn(
                        "/proc/sys",
                        "read-only: endpoints that forward cannot switch forwarding on",
                        "run as root, in a container with /proc/sys mounted read-write");
    }
}
