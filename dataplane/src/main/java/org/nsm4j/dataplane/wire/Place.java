package org.nsm4j.dataplane.wire;

import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.OpenNetns;
import org.nsm4j.linux.socket.FileHandle;

/**
 * Where a workload's network namespace is found: a path, or a file that came with the request and is gone with it. Two
 * places are equal where they are named alike; whether the same namespace is still there, only its cookie says.
 */
public final class Place {
    private static final String PASSED = "inode://";
    private static final Pattern PROC = Pattern.compile("/proc/[1-9][0-9]{0,9}/(ns/net|fd/[0-9]{1,9})");
    private static final Pattern OF_PROCESS = Pattern.compile("/proc/([1-9][0-9]{0,9})/ns/net");
    private static final Pattern NAMED = Pattern.compile("(/var)?/run/netns/(?!\\.\\.?$)[A-Za-z0-9._-]{1,255}");

    private final String name;
    private final PassedFiles.@Nullable File file;

    private Place(String name, PassedFiles.@Nullable File file) {
        this.name = name;
        this.file = file;
    }

    /**
     * At a path.
     *
     * @param path a file of the nsfs, such as {@code /proc/4711/ns/net} or {@code /run/netns/app}
     */
    public Place(String path) {
        this(path, null);
    }

    /**
     * Reads the place from a KERNEL mechanism.
     *
     * @param files that came with the request, or with its answer
     * @throws Refused with INVALID where none is given, it is not a namespace's path, or its file did not come
     */
    public static Place of(Mechanism.Kernel mechanism, PassedFiles files) {
        var url = mechanism
                .inodeUrl()
                .orElseThrow(() -> new Refused(
                        Refused.Reason.INVALID,
                        "mechanism KERNEL: no inodeURL (expected: file:///proc/PID/ns/net or file:///run/netns/NAME)"));
        if (url.startsWith(PASSED)) {
            return new Place(
                    url,
                    files.file(url)
                            .orElseThrow(() -> new Refused(
                                    Refused.Reason.INVALID,
                                    "inodeURL: %s needs a descriptor, and none came (expected: passed over the same unix socket, or file:///proc/PID/ns/net)"
                                            .formatted(url))));
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

    /**
     * Opens the namespace that is there now; what is something else is not touched.
     *
     * @throws KernelRefused ENOENT where there is nothing any more, EINVAL or ENOTTY where it is no network namespace
     */
    public OpenNetns open() {
        var path = path();
        try (var found = FileHandle.at(path)) {
            if (!found.isNamespace()) {
                throw new KernelRefused(
                        "open netns " + name,
                        Errno.EINVAL.code(),
                        "a file of another kind (expected: a network namespace)");
            }
            return new Netns(found.path()).open(name);
        }
    }

    private String path() {
        return file == null
                ? name
                : file.path()
                        .orElseThrow(() -> new KernelRefused(
                                "open netns " + name, Errno.ENOENT.code(), "its file was closed with the request"));
    }

    /** The process whose namespace it is; empty where the path names none. */
    OptionalLong process() {
        var matcher = OF_PROCESS.matcher(name);
        return matcher.matches() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }

    /** Whether it is a descriptor that somebody sent, behind which any workload may be. */
    public boolean isDescriptor() {
        return file != null || (name.startsWith("/proc/") && name.contains("/fd/"));
    }

    /** Whether it came over a socket, from somebody who could open it. */
    public boolean isPassed() {
        return file != null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Place place && name.equals(place.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
