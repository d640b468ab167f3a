package org.nsm4j.dataplane.wire;

import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;

/**
 * Where a workload's network namespace is found.
 *
 * @param path a file of the nsfs, such as {@code /proc/4711/ns/net} or {@code /run/netns/app}
 */
public record Place(String path) {
    private static final Pattern PROC = Pattern.compile("/proc/[1-9][0-9]{0,9}/(ns/net|fd/[0-9]{1,9})");
    private static final Pattern OF_PROCESS = Pattern.compile("/proc/([1-9][0-9]{0,9})/ns/net");
    private static final Pattern NAMED = Pattern.compile("(/var)?/run/netns/(?!\\.\\.?$)[A-Za-z0-9._-]{1,255}");

    /**
     * Reads the place from a KERNEL mechanism.
     *
     * @throws Refused with INVALID where none is given, or it is not a namespace's path
     */
    public static Place of(Mechanism.Kernel mechanism) {
        var url = mechanism
                .inodeUrl()
                .orElseThrow(() -> new Refused(
                        Refused.Reason.INVALID,
                        "mechanism KERNEL: no inodeURL (expected: file:///proc/PID/ns/net or file:///run/netns/NAME)"));
        if (url.startsWith("inode://")) {
            throw new Refused(
                    Refused.Reason.UNSUPPORTED,
                    "inodeURL: %s needs a descriptor, and none came (expected: file:///proc/PID/ns/net)"
                            .formatted(url));
        }
        var path = url.startsWith("file://") ? url.substring("file://".length()) : "";
        if (!PROC.matcher(path).matches() && !NAMED.matcher(path).matches()) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "inodeURL: \"%s\" (expected: file:///proc/PID/ns/net or file:///run/netns/NAME)"
                            .formatted(url.length() > 100 ? url.substring(0, 100) + "…" : url));
        }
        return new Place(path);
    }

    /** The process whose namespace it is; empty where the path names none. */
    OptionalLong process() {
        var matcher = OF_PROCESS.matcher(path);
        return matcher.matches() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }

    /** Whether it is a descriptor that somebody sent, behind which any workload may be. */
    boolean isDescriptor() {
        return path.startsWith("/proc/") && path.contains("/fd/");
    }

    @Override
    public String toString() {
        return path;
    }
}
