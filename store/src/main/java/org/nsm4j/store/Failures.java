package org.nsm4j.store;

import java.nio.file.Path;
import java.sql.SQLException;
import org.nsm4j.core.model.Refused;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What a failure of the file means to whoever runs this, and what to do about it. */
final class Failures {
    private Failures() {}

    static Refused opening(Path file, String why) {
        return new Refused(Refused.Reason.UNAVAILABLE, "cannot open registry store %s: %s".formatted(file, why));
    }

    static Refused opening(Path file, SQLException failure) {
        return switch (code(failure)) {
            case SQLITE_NOTADB, SQLITE_CORRUPT -> damaged(file, String.valueOf(failure.getMessage()));
            case SQLITE_FULL -> full(file, failure);
            default -> opening(file, failure.getMessage() + " (expected: a file that can be read and written)");
        };
    }

    static Refused damaged(Path file, String finding) {
        return new Refused(
                Refused.Reason.UNAVAILABLE,
                "registry store %s: damaged: %s (expected: a database of nsm; move %s, -wal and -shm away and start again: endpoints register again by themselves, services are applied again; or rescue it with: sqlite3 FILE .recover)"
                        .formatted(file, finding, file));
    }

    static Refused writing(Path file, SQLException failure) {
        return switch (code(failure)) {
            case SQLITE_FULL -> full(file, failure);
            case SQLITE_NOTADB, SQLITE_CORRUPT -> damaged(file, String.valueOf(failure.getMessage()));
            default ->
                new Refused(
                        Refused.Reason.UNAVAILABLE,
                        "cannot write registry store %s: %s (expected: a disk that works; nothing has changed)"
                                .formatted(file, failure.getMessage()),
                        failure);
        };
    }

    private static Refused full(Path file, SQLException failure) {
        return new Refused(
                Refused.Reason.NO_CAPACITY,
                "cannot write registry store %s: disk full, or the store's own limit reached (expected: free space; delete something on that disk or raise the limit; nothing has changed)"
                        .formatted(file),
                failure);
    }

    /** The primary code: extended ones say more than there are different things to do. */
    private static SQLiteErrorCode code(SQLException failure) {
        if (failure instanceof SQLiteException sqlite) {
            return SQLiteErrorCode.getErrorCode(sqlite.getResultCode().code & 0xff);
        }
        return SQLiteErrorCode.UNKNOWN_ERROR;
    }
}
