package org.nsm4j.linux.netns;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.Descriptor;
import org.nsm4j.linux.ffi.Libc;

/**
 * Where a network namespace is found: a path, nothing held open, so that it never keeps one alive. What it refers to may
 * change; {@link OpenNetns} is one certain namespace.
 *
 * @param path a file of nsfs, such as {@code /run/netns/NAME} or {@code /proc/PID/ns/net}
 */
public record Netns(String path) {
    private static final long NS_GET_NSTYPE = 0xb703;

    /** By file, as a bind mount or in {@code /proc}. */
    public static Netns at(Path path) {
        return new Netns(path.toString());
    }

    /** By the number of a process, as this process sees it. */
    public static Netns ofProcess(long pid) {
        if (pid <= 0) {
            throw new IllegalArgumentException("pid: " + pid + " (expected: above 0)");
        }
        return new Netns("/proc/" + pid + "/ns/net");
    }

    /** By a descriptor of this process; the reference is worth something only while that is open. */
    public static Netns ofDescriptor(int fd) {
        if (fd < 0) {
            throw new IllegalArgumentException("descriptor: " + fd + " (expected: 0 or above)");
        }
        return new Netns("/proc/self/fd/" + fd);
    }

    /** By the name that {@code ip netns} knows it by. */
    public static Netns named(String name) {
        return new Netns(NamedNetns.file(name).toString());
    }

    /** The namespace that this process was started in: the node's. */
    public static Netns node() {
        return new Netns("/proc/self/ns/net");
    }

    /** The namespace of the calling OS thread, which for a virtual thread is its carrier's. */
    public static Netns current() {
        return new Netns(Gate.OWN);
    }

    /**
     * Opens it, so that it stays the same namespace until closed. Keep it open no longer than one piece of work takes: it
     * keeps a dead workload's namespace alive.
     *
     * @throws KernelRefused where there is no such file (ENOENT), it is no network namespace (ENOTTY or EINVAL), or too
     *     many files are open (EMFILE)
     */
    public OpenNetns open() {
        return open(path);
    }

    /**
     * As {@link #open()}.
     *
     * @param where how it was found, for error texts
     */
    public OpenNetns open(String where) {
        int fd = KernelRefused.check(Gate.openRead(path), () -> "open netns " + where);
        Descriptor descriptor = Descriptor.owning(fd);
        int type = Libc.ioctl(fd, NS_GET_NSTYPE, 0L);
        if (type != Libc.CLONE_NEWNET) {
            descriptor.close();
            throw type < 0
                    ? new KernelRefused("open netns " + where, -type, "expected: a file of a network namespace")
                    : new KernelRefused(
                            "open netns " + where,
                            Errno.EINVAL.code(),
                            "a namespace of another kind (expected: a network namespace)");
        }
        return new OpenNetns(descriptor, where);
    }

    /** As {@link OpenNetns#inside}, opening and closing the namespace around it. */
    public <T> T inside(Supplier<T> action) {
        try (OpenNetns open = open()) {
            return open.inside(action);
        }
    }

    @Override
    public String toString() {
        return path;
    }
}
