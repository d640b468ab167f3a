package org.nsm4j.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.registry.Journal;

/**
 * What is registered, in one file that survives {@code kill -9} and a loss of power: SQLite with a write-ahead log that
 * is flushed before anything is acknowledged. Only its owner may read the file (mode 0600), and one process at a time
 * may use it.
 *
 * <pre>{@code
 * var store = SqliteStore.open(Path.of("/var/lib/nsm/registry.db"));
 * var endpoints = new MemoryRegistry<>(Kind.ENDPOINT, scheduler, store.endpoints());
 * }</pre>
 *
 * <p>Whoever is curious: {@code sqlite3 -readonly registry.db 'SELECT name, url, expires FROM endpoints'}.
 */
public final class SqliteStore implements AutoCloseable {
    /** How large the file may grow unless something else is said: about a million endpoints. */
    public static final long MOST_BYTES = 1L << 30;

    private static final int PAGE = 4096;

    private final Path file;
    private final FileChannel lock;
    private final Connection connection;
    private final Writer writer;

    private SqliteStore(Path file, FileChannel lock, Connection connection) {
        this.file = file;
        this.lock = lock;
        this.connection = connection;
        this.writer = new Writer(connection, failure -> Failures.writing(file, failure));
    }

    /** Opens the store, and makes it where there is none; see {@link #open(Path, long)}. */
    public static SqliteStore open(Path file) {
        return open(file, MOST_BYTES);
    }

    /**
     * Opens the store, and makes it where there is none.
     *
     * @param file in a folder that exists
     * @param mostBytes how large it may grow; what does not fit is refused
     * @throws Refused with {@link Refused.Reason#CONFLICT} when another process uses it, and with
     *     {@link Refused.Reason#UNAVAILABLE} when it cannot be opened, is damaged or of a newer version; both say what
     *     to do
     */
    public static SqliteStore open(Path file, long mostBytes) {
        var lock = prepareFile(file);
        Connection connection = null;
        try {
            connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            configure(connection, file, mostBytes);
            return new SqliteStore(file, lock, connection);
        } catch (SQLException e) {
            closeQuietly(connection, lock, e);
            throw Failures.opening(file, e);
        } catch (RuntimeException e) {
            closeQuietly(connection, lock, e);
            throw e;
        }
    }

    private static FileChannel prepareFile(Path file) {
        var owner = PosixFilePermissions.fromString("rw-------");
        try {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw Failures.opening(file, "not a file of its own (expected: no link, folder or device)");
            }
            try {
                Files.createFile(file, PosixFilePermissions.asFileAttribute(owner));
            } catch (FileAlreadyExistsException e) {
                Files.setPosixFilePermissions(file, owner);
            }
            return lock(file, PosixFilePermissions.asFileAttribute(owner));
        } catch (IOException e) {
            throw Failures.opening(
                    file, "%s (expected: a file that can be written in a folder that exists)".formatted(e));
        }
    }

    private static FileChannel lock(Path file, FileAttribute<?> owner) throws IOException {
        var beside = file.resolveSibling(file.getFileName() + ".lock");
        var channel = FileChannel.open(beside, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), owner);
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
                "registry store %s: another process uses it (expected: one at a time; stop the other, or give each its own file)"
                        .formatted(file));
    }

    private static void configure(Connection connection, Path file, long mostBytes) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = FULL");
            statement.execute("PRAGMA foreign_keys = ON");
            statement.execute("PRAGMA busy_timeout = 5000");
            statement.execute("PRAGMA max_page_count = " + Math.max(1, mostBytes / PAGE));
            try (var row = statement.executeQuery("PRAGMA quick_check(1)")) {
                if (row.next() && !"ok".equals(row.getString(1))) {
                    throw Failures.damaged(file, row.getString(1));
                }
            }
        }
        Schema.prepare(connection, file.toString());
    }

    private static void closeQuietly(@Nullable Connection connection, FileChannel lock, Exception reason) {
        try (lock) {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException | IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Where endpoints are kept. */
    public Journal<Endpoint> endpoints() {
        return new Table<>(new EndpointRows());
    }

    /** Where network services are kept. */
    public Journal<NetworkService> services() {
        return new Table<>(new ServiceRows());
    }

    private final class Table<T> implements Journal<T> {
        private final Rows<T> rows;

        Table(Rows<T> rows) {
            this.rows = rows;
        }

        @Override
        public List<T> load() {
            var loaded = new ArrayList<T>();
            writer.write(each -> {
                loaded.clear();
                loaded.addAll(rows.load(each));
            });
            return loaded;
        }

        @Override
        public void put(T item) {
            writer.write(each -> rows.put(each, item));
        }

        @Override
        public void remove(String name) {
            writer.write(each -> rows.remove(each, name));
        }
    }

    /** Ends what is being written, and lets go of the file. */
    @Override
    public void close() {
        try (lock) {
            writer.close();
            connection.close();
        } catch (SQLException | IOException e) {
            throw Failures.opening(file, "cannot close: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
