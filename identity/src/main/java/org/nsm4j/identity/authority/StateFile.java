package org.nsm4j.identity.authority;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.nsm4j.core.model.Refused;

/**
 * A small file with secrets: mode 0600 in a directory of mode 0700, both ours, replaced as a whole and on disk before a
 * call returns. A file that others could have read or written is refused, not repaired: whether its keys are still
 * secret is for a person to judge.
 */
public final class StateFile {
    private static final long LARGEST = 4 << 20;
    private final Path directory;
    private final Path path;

    private StateFile(Path directory, String name) {
        this.directory = directory;
        this.path = directory.resolve(name);
    }

    /**
     * Names a file, and makes its directory if there is none.
     *
     * @throws Refused INVALID where the directory is open to others or belongs to somebody else
     */
    public static StateFile in(Path directory, String name) {
        try {
            if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
                Files.createDirectories(directory.toAbsolutePath().resolveSibling(""));
                Files.createDirectory(directory, mode);
            }
            var facts = FileFacts.ofLink(directory);
            if (!facts.isDirectory()) {
                throw notPlain(directory, "directory");
            }
            check(directory, facts, 0700);
        } catch (FileAlreadyExistsException e) {
            return in(directory, name);
        } catch (IOException e) {
            throw failed("create", directory, e);
        }
        return new StateFile(directory, name);
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /**
     * Reads all of it; empty where there is no such file.
     *
     * @throws Refused INVALID where its type, owner, mode or size is wrong
     */
    public Optional<byte[]> read() {
        try {
            var facts = FileFacts.ofLink(path);
            if (!facts.isRegular()) {
                throw notPlain(path, "file");
            }
            check(path, facts, 0600);
            if (facts.size() > LARGEST) {
                throw new Refused(
                        Refused.Reason.INVALID,
                        "%s: %d bytes (expected: at most %d; the file is not one of ours)"
                                .formatted(path, facts.size(), LARGEST));
            }
            return Optional.of(Files.readAllBytes(path));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failed("read", path, e);
        }
    }

    /** Replaces it; after a crash there is either the old content or the new one. */
    public void write(byte[] content) {
        put(content, temporary -> Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE));
    }

    /** Creates it; answers false, and leaves what is there, where another process was first. */
    public boolean create(byte[] content) {
        var first = new boolean[] {true};
        put(content, temporary -> {
            try {
                Files.createLink(path, temporary);
            } catch (FileAlreadyExistsException e) {
                first[0] = false;
            }
        });
        return first[0];
    }

    private interface Placement {
        void place(Path temporary) throws IOException;
    }

    private void put(byte[] content, Placement placement) {
        var temporary = directory.resolve("." + path.getFileName() + "." + UUID.randomUUID());
        try {
            var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            try (var channel = FileChannel.open(
                    temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
                var bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            placement.place(temporary);
            try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        } catch (IOException e) {
            throw failed("write", path, e);
        } finally {
            delete(temporary);
        }
    }

    private static void delete(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            throw failed("delete", temporary, e);
        }
    }

    private static void check(Path path, FileFacts facts, int most) throws IOException {
        int mode = facts.permissions();
        if ((mode & ~most) != 0) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    ("%s: mode 0%o (expected: 0%o; cure: chmod %o %s, and if another user may have read it, move it away "
                                    + "so that new keys are made, and restart every part of the domain)")
                            .formatted(path, mode, most, most, path));
        }
        int self = FileFacts.self();
        if (facts.uid() != self) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "%s: owned by uid %d (expected: uid %d, who runs this; cure: chown %d %s)"
                            .formatted(path, facts.uid(), self, self, path));
        }
    }

    private static Refused notPlain(Path path, String kind) {
        return new Refused(
                Refused.Reason.INVALID, "%s: not a plain %s (expected: one, and no link)".formatted(path, kind));
    }

    private static Refused failed(String verb, Path path, IOException e) {
        return new Refused(
                Refused.Reason.INTERNAL,
                "cannot %s %s: %s (expected: a writable directory with space left)".formatted(verb, path, e),
                e);
    }
}
