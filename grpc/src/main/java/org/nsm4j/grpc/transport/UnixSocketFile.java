package org.nsm4j.grpc.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;

/**
 * The file of a unix socket, from bind to end.
 *
 * <p>A server binds at {@link #temporary()}, then {@link #publish}es: the file gets its mode before anybody can find it,
 * and takes its place in one step. What is in that place goes only if it is a socket that nobody listens on; a symbolic
 * link is never followed.
 */
public final class UnixSocketFile {
    /** What the kernel has room for ({@code sun_path} in {@code linux/un.h}, with its closing zero). */
    private static final int LONGEST = 107;

    private static final int TYPE_MASK = 0170000;
    private static final int SOCKET = 0140000;
    private static final String SUFFIX = ".new";

    private final Path path;
    private @Nullable Object published;

    private UnixSocketFile(Path path) {
        this.path = path;
    }

    /**
     * Prepares the place of a socket: makes its folder, and looks whether it is free.
     *
     * @throws Refused with {@link Refused.Reason#CONFLICT} when something else is there, or a program listens there;
     *     {@link Refused.Reason#INVALID} for a path that is relative or too long
     */
    public static UnixSocketFile prepare(String place) {
        if (!place.startsWith("/") || (place + SUFFIX).getBytes(UTF_8).length > LONGEST || place.indexOf('\0') >= 0) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "socket: \"%s\" (expected: an absolute path of at most %d bytes)"
                            .formatted(place, LONGEST - SUFFIX.length()));
        }
        var file = new UnixSocketFile(Path.of(place));
        try {
            Files.createDirectories(file.path.getParent());
            file.refuseIfTaken();
            Files.deleteIfExists(file.temporary());
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.INTERNAL,
                    "cannot prepare socket %s: %s (expected: a folder that we may write)".formatted(place, e),
                    e);
        }
        return file;
    }

    /** Where to bind. */
    public Path temporary() {
        return path.resolveSibling(path.getFileName() + SUFFIX);
    }

    /** Where clients find it. */
    public Path path() {
        return path;
    }

    private void refuseIfTaken() throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & TYPE_MASK) != SOCKET) {
            throw new Refused(
                    Refused.Reason.CONFLICT,
                    "socket %s: something else is there (expected: nothing, or a socket that a program left behind)"
                            .formatted(path));
        }
        if (isListenedOn()) {
            throw new Refused(
                    Refused.Reason.CONFLICT,
                    "socket %s: a program listens there already (expected: that it has ended)".formatted(path));
        }
    }

    private boolean isListenedOn() {
        try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Gives the bound socket its mode and its place.
     *
     * @param mode as in chmod, for example 0770; connecting needs the right to write
     */
    public void publish(int mode) {
        try {
            Files.setPosixFilePermissions(temporary(), permissions(mode));
            published = identity(temporary());
            Files.move(temporary(), path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.INTERNAL,
                    "cannot publish socket %s: %s (expected: a folder that we may write)".formatted(path, e),
                    e);
        }
    }

    /** Removes the file, unless another program's has taken its place since. */
    public void remove() {
        try {
            Files.deleteIfExists(temporary());
            var there = Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? identity(path) : null;
            if (there != null && there.equals(published)) {
                Files.delete(path);
            }
        } catch (IOException e) {
            // it stays as a socket that nobody listens on, which the next start removes
        }
    }

    private static Object identity(Path file) throws IOException {
        return Files.getAttribute(file, "unix:dev", LinkOption.NOFOLLOW_LINKS) + ":"
                + Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        // Both run from the owner's right to read down to the others' right to execute.
        var all = PosixFilePermission.values();
        var set = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < all.length; bit++) {
            if ((mode & 0400 >> bit) != 0) {
                set.add(all[bit]);
            }
        }
        return set;
    }
}
