package org.nsm4j.core.lease;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.nsm4j.core.model.Refused;

/**
 * A {@link Ledger} in a file: one line for each change, behind a first line that names the machine's start. Nothing is
 * flushed, since what is written needs to outlive the process alone; a folder in memory, such as {@code /run}, is its place.
 * A line that a full disk cut short does not count. The file is written anew when most of its lines are struck out.
 */
public final class LedgerFile implements Ledger {
    private static final System.Logger LOG = System.getLogger(LedgerFile.class.getName());
    private static final String MARK = "nsm4j ledger 1 boot ";
    /** So many lines may be out of date before the file is written anew. */
    private static final int MOST_STALE = 1000;

    private final Path file;
    private final String boot;
    private final FileChannel lock;
    private final Map<String, String> entries = new LinkedHashMap<>();
    private FileChannel channel;
    private int lines;

    private LedgerFile(Path file, String boot, FileChannel lock) throws IOException {
        this.file = file;
        this.boot = boot;
        this.lock = lock;
        read();
        this.channel = rewrite();
    }

    /**
     * Opens a ledger, and makes it where there is none.
     *
     * @param file in a folder that exists
     * @param boot names the machine's start; what was written in another one is forgotten
     * @throws Refused with {@link Refused.Reason#CONFLICT} when another process has it open, and with
     *     {@link Refused.Reason#UNAVAILABLE} when it cannot be used
     */
    public static LedgerFile open(Path file, String boot) {
        try {
            var lock = lock(file);
            try {
                return new LedgerFile(file, boot, lock);
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "cannot use ledger %s: %s (expected: a file in a folder that may be written)".formatted(file, e),
                    e);
        }
    }

    /**
     * Opens a ledger, or one that writes nothing down where that cannot be: what is given away ends with this process then,
     * and a warning says so.
     */
    public static Ledger openIfPossible(Path file, String boot) {
        try {
            return open(file, boot);
        } catch (Refused e) {
            LOG.log(System.Logger.Level.WARNING, "a restart will not know what was given away: {0}", e.getMessage());
            return Ledger.none();
        }
    }

    private static FileChannel lock(Path file) throws IOException {
        var beside = file.resolveSibling(file.getFileName() + ".lock");
        var channel = FileChannel.open(beside, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), owner());
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // this very process has it open already
        }
        channel.close();
        throw new Refused(
                Refused.Reason.CONFLICT,
                "ledger %s: another process uses it (expected: one at a time; give each a name of its own)"
                        .formatted(file));
    }

    private static FileAttribute<Set<PosixFilePermission>> owner() {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    }

    private void read() throws IOException {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return;
        }
        int end = text.lastIndexOf('\n') + 1;
        var all = text.substring(0, end).lines().toList();
        if (all.isEmpty() || !all.getFirst().equals(MARK + boot)) {
            return;
        }
        all.stream().skip(1).forEach(this::readLine);
    }

    private void readLine(String line) {
        int gap = line.indexOf(' ');
        if (line.startsWith("+") && gap > 0) {
            entries.put(decoded(line.substring(1, gap)), line.substring(gap + 1));
        } else if (line.startsWith("-")) {
            entries.remove(decoded(line.substring(1)));
        } else {
            LOG.log(System.Logger.Level.WARNING, "{0}: a line that cannot be read is passed over: {1}", file, line);
        }
    }

    private static String encoded(String key) {
        return URLEncoder.encode(key, StandardCharsets.UTF_8);
    }

    private static String decoded(String key) {
        return URLDecoder.decode(key, StandardCharsets.UTF_8);
    }

    private static String line(String key, String text) {
        return "+" + encoded(key) + " " + text + "\n";
    }

    private FileChannel rewrite() throws IOException {
        var text = new StringBuilder(MARK).append(boot).append('\n');
        entries.forEach((key, value) -> text.append(line(key, value)));
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        var opened = FileChannel.open(fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), owner());
        try {
            write(opened, text.toString());
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        lines = entries.size();
        return opened;
    }

    /** All of it, or nothing. */
    private static void write(FileChannel to, String text) throws IOException {
        long before = to.position();
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        try {
            while (bytes.hasRemaining()) {
                to.write(bytes);
            }
        } catch (IOException e) {
            to.truncate(before);
            throw e;
        }
    }

    private void append(String line) throws IOException {
        write(channel, line);
        lines++;
        if (lines > 2 * entries.size() + MOST_STALE) {
            var old = channel;
            channel = rewrite();
            old.close();
        }
    }

    @Override
    public Map<String, String> entries() {
        return new LinkedHashMap<>(entries);
    }

    @Override
    public void put(String key, String text) {
        if (text.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("ledger entry with a line break: " + text);
        }
        if (text.equals(entries.get(key))) {
            return;
        }
        try {
            append(line(key, text));
            entries.put(key, text);
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.NO_CAPACITY,
                    "cannot write to %s: %s (expected: space)".formatted(file, e.getMessage()),
                    e);
        }
    }

    @Override
    public void remove(String key) {
        if (entries.remove(key) == null) {
            return;
        }
        try {
            append("-" + encoded(key) + "\n");
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot strike {0} out of {1}: {2}", key, file, e.getMessage());
        }
    }

    @Override
    public void close() {
        try (lock) {
            channel.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot close {0}: {1}", file, e.getMessage());
        }
    }
}
