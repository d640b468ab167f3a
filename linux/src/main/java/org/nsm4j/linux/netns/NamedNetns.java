package org.nsm4j.linux.netns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.Libc;

/** Namespaces that live by a name under {@code /run/netns}, as {@code ip netns} makes them, without a process in them. */
public final class NamedNetns {
    private static final Path FOLDER = Path.of("/run/netns");

    private NamedNetns() {}

    /**
     * Makes a namespace with nothing but a loopback link that is down: {@code ip netns add NAME}.
     *
     * @throws KernelRefused EEXIST where the name is taken
     */
    public static Netns create(String name) {
        String file = file(name).toString();
        prepareFolder();
        int flags = Libc.O_RDONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC;
        Libc.close(KernelRefused.check(Libc.open(file, flags), () -> "create netns " + file));
        try {
            Gate.gate()
                    .insideNew(() -> KernelRefused.check(
                            Libc.mount(Gate.OWN, file, Libc.MS_BIND), () -> "mount netns at " + file));
        } catch (KernelRefused e) {
            deleteFile(Path.of(file));
            throw e;
        }
        return new Netns(file);
    }

    /**
     * Takes the name away; the namespace ends when nothing else holds it: {@code ip netns del NAME}.
     *
     * @return whether there was one
     */
    public static boolean delete(String name) {
        Path file = file(name);
        int result = Libc.unmount(file.toString(), Libc.MNT_DETACH);
        // EINVAL is a file without a mount, left by somebody who died between making the file and mounting it.
        if (result < 0 && result != -Errno.EINVAL.code() && result != -Errno.ENOENT.code()) {
            KernelRefused.check(result, () -> "unmount netns " + file);
        }
        return deleteFile(file);
    }

    /** All names: {@code ip netns list}. */
    public static List<String> list() {
        if (!Files.isDirectory(FOLDER)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + FOLDER, e);
        }
    }

    static Path file(String name) {
        if (name.isEmpty() || name.length() > 255 || name.contains("/") || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException(
                    "namespace name: %s (expected: a file name of 1–255 characters)".formatted(name));
        }
        return FOLDER.resolve(name);
    }

    private static boolean deleteFile(Path file) {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + file, e);
        }
    }

    /** The folder must be a shared mount, so that a deletion reaches the mount namespaces of other processes. */
    private static void prepareFolder() {
        String folder = FOLDER.toString();
        try {
            Files.createDirectories(FOLDER);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + folder, e);
        }
        long shared = Libc.MS_SHARED | Libc.MS_REC;
        if (Libc.mount("", folder, shared) == -Errno.EINVAL.code()) {
            KernelRefused.check(
                    Libc.mount(folder, folder, Libc.MS_BIND | Libc.MS_REC), () -> "bind " + folder + " to itself");
            KernelRefused.check(Libc.mount("", folder, shared), () -> "share the mount " + folder);
        }
    }
}
