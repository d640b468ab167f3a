package org.nsm4j.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.nsm4j.core.model.Refused;

/**
 * The tables. Times are text as RFC 3339 has it; {@code position} keeps the order of lists; a label that is NULL says
 * that a service has a set of labels with none in it.
 */
final class Schema {
    /** Raised with each change of the tables; a file of a newer version is refused. */
    static final int VERSION = 1;
    /** Marks the file as ours, for the {@code file} tool: "nsm4". */
    private static final int APPLICATION = 0x6e736d34;

    private static final List<String> VERSION_1 = List.of("""
            CREATE TABLE endpoints (
              name TEXT PRIMARY KEY, url TEXT NOT NULL, expires TEXT, registered TEXT, unknown BLOB) WITHOUT ROWID""", """
            CREATE TABLE endpoint_services (
              endpoint TEXT NOT NULL REFERENCES endpoints ON DELETE CASCADE, position INTEGER NOT NULL,
              service TEXT NOT NULL, PRIMARY KEY (endpoint, position)) WITHOUT ROWID""", """
            CREATE TABLE endpoint_labels (
              endpoint TEXT NOT NULL REFERENCES endpoints ON DELETE CASCADE, service TEXT NOT NULL,
              label TEXT, value TEXT, PRIMARY KEY (endpoint, service, label))""", """
            CREATE TABLE endpoint_path (
              endpoint TEXT NOT NULL REFERENCES endpoints ON DELETE CASCADE, position INTEGER NOT NULL,
              spiffe_id TEXT NOT NULL, PRIMARY KEY (endpoint, position)) WITHOUT ROWID""", """
            CREATE TABLE services (
              name TEXT PRIMARY KEY, payload TEXT NOT NULL, unknown BLOB) WITHOUT ROWID""", """
            CREATE TABLE service_path (
              service TEXT NOT NULL REFERENCES services ON DELETE CASCADE, position INTEGER NOT NULL,
              spiffe_id TEXT NOT NULL, PRIMARY KEY (service, position)) WITHOUT ROWID""", """
            CREATE TABLE matches (
              service TEXT NOT NULL REFERENCES services ON DELETE CASCADE, position INTEGER NOT NULL,
              falls_through INTEGER NOT NULL, names_forwarder INTEGER NOT NULL, unknown BLOB,
              PRIMARY KEY (service, position)) WITHOUT ROWID""", """
            CREATE TABLE match_routes (
              service TEXT NOT NULL REFERENCES services ON DELETE CASCADE, match INTEGER NOT NULL,
              position INTEGER NOT NULL, weight INTEGER NOT NULL, unknown BLOB,
              PRIMARY KEY (service, match, position)) WITHOUT ROWID""", """
            CREATE TABLE match_labels (
              service TEXT NOT NULL REFERENCES services ON DELETE CASCADE, match INTEGER NOT NULL,
              role TEXT NOT NULL CHECK (role IN ('source', 'forwarder', 'route')), route INTEGER NOT NULL,
              label TEXT NOT NULL, value TEXT NOT NULL,
              PRIMARY KEY (service, match, role, route, label)) WITHOUT ROWID""");

    private Schema() {}

    /** Makes the tables in a new file, and refuses a file that is not ours or newer than we are. */
    static void prepare(Connection connection, String file) throws SQLException {
        int version = number(connection, "PRAGMA user_version");
        if (version == VERSION && number(connection, "PRAGMA application_id") == APPLICATION) {
            return;
        }
        if (version > VERSION) {
            throw refused(
                    file,
                    "schema version %d (expected: at most %d; start the newer program that wrote it)"
                            .formatted(version, VERSION));
        }
        if (version != 0 || number(connection, "SELECT count(*) FROM sqlite_schema") != 0) {
            throw refused(file, "a database of another program (expected: one of nsm, or no file)");
        }
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            for (var table : VERSION_1) {
                statement.executeUpdate(table);
            }
            statement.executeUpdate("PRAGMA application_id = " + APPLICATION);
            statement.executeUpdate("PRAGMA user_version = " + VERSION);
            connection.commit();
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static int number(Connection connection, String query) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    private static Refused refused(String file, String why) {
        return new Refused(Refused.Reason.UNAVAILABLE, "registry store %s: %s".formatted(file, why));
    }
}
