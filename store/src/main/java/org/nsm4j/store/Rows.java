package org.nsm4j.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Opaque;

/**
 * How things of a kind become rows, and rows things again.
 *
 * @param <T> the kind of thing
 */
interface Rows<T> {
    /** All things that the tables hold. */
    List<T> load(Connection connection) throws SQLException;

    /** Writes a thing in place of what had its name. */
    void put(Connection connection, T item) throws SQLException;

    /** Drops what has a name. */
    void remove(Connection connection, String name) throws SQLException;

    /** Runs one statement with values in place of its question marks. */
    static void write(Connection connection, String sql, @Nullable Object... values) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            bind(statement, values);
            statement.executeUpdate();
        }
    }

    private static void bind(PreparedStatement statement, @Nullable Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
    }

    /** Reads each row of a query. */
    static void read(Connection connection, String sql, Reader reader) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            while (row.next()) {
                reader.row(row);
            }
        }
    }

    /** Takes one row. */
    @FunctionalInterface
    interface Reader {
        /** The row is read; it is not to be moved. */
        void row(ResultSet row) throws SQLException;
    }

    /** Unknown bytes as a column has them. */
    static byte @Nullable [] column(Opaque opaque) {
        return opaque.isEmpty() ? null : opaque.bytes();
    }

    /** Unknown bytes out of a column. */
    static Opaque opaque(byte @Nullable [] column) {
        return column == null ? Opaque.NONE : Opaque.of(column);
    }
}
