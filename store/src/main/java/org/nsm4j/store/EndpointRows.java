package org.nsm4j.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Opaque;

/** Endpoints as rows. */
final class EndpointRows implements Rows<Endpoint> {
    @Override
    public void put(Connection connection, Endpoint item) throws SQLException {
        remove(connection, item.name());
        Rows.write(
                connection,
                "INSERT INTO endpoints VALUES (?, ?, ?, ?, ?)",
                item.name(),
                item.url(),
                text(item.expires()),
                text(item.registered()),
                Rows.column(item.unknown()));
        for (int i = 0; i < item.services().size(); i++) {
            Rows.write(
                    connection,
                    "INSERT INTO endpoint_services VALUES (?, ?, ?)",
                    item.name(),
                    i,
                    item.services().get(i));
        }
        for (int i = 0; i < item.pathIds().size(); i++) {
            Rows.write(
                    connection,
                    "INSERT INTO endpoint_path VALUES (?, ?, ?)",
                    item.name(),
                    i,
                    item.pathIds().get(i));
        }
        for (var set : item.labels().entrySet()) {
            putLabels(connection, item.name(), set.getKey(), set.getValue());
        }
    }

    private static void putLabels(Connection connection, String endpoint, String service, Map<String, String> labels)
            throws SQLException {
        var sql = "INSERT INTO endpoint_labels VALUES (?, ?, ?, ?)";
        if (labels.isEmpty()) {
            Rows.write(connection, sql, endpoint, service, null, null);
        }
        for (var label : labels.entrySet()) {
            Rows.write(connection, sql, endpoint, service, label.getKey(), label.getValue());
        }
    }

    @Override
    public void remove(Connection connection, String name) throws SQLException {
        Rows.write(connection, "DELETE FROM endpoints WHERE name = ?", name);
    }

    @Override
    public List<Endpoint> load(Connection connection) throws SQLException {
        var services = new HashMap<String, List<String>>();
        Rows.read(
                connection,
                "SELECT endpoint, service FROM endpoint_services ORDER BY endpoint, position",
                row -> services.computeIfAbsent(row.getString(1), each -> new ArrayList<>())
                        .add(row.getString(2)));
        var pathIds = new HashMap<String, List<String>>();
        Rows.read(
                connection,
                "SELECT endpoint, spiffe_id FROM endpoint_path ORDER BY endpoint, position",
                row -> pathIds.computeIfAbsent(row.getString(1), each -> new ArrayList<>())
                        .add(row.getString(2)));
        var labels = new HashMap<String, Map<String, Map<String, String>>>();
        Rows.read(connection, "SELECT endpoint, service, label, value FROM endpoint_labels", row -> {
            var set = labels.computeIfAbsent(row.getString(1), each -> new LinkedHashMap<>())
                    .computeIfAbsent(row.getString(2), each -> new LinkedHashMap<>());
            if (row.getString(3) != null) {
                set.put(row.getString(3), row.getString(4));
            }
        });
        var found = new ArrayList<Endpoint>();
        Rows.read(connection, "SELECT name, url, expires, registered, unknown FROM endpoints ORDER BY name", row -> {
            var name = row.getString(1);
            Opaque unknown = Rows.opaque(row.getBytes(5));
            found.add(new Endpoint(
                    name,
                    services.getOrDefault(name, List.of()),
                    labels.getOrDefault(name, Map.of()),
                    row.getString(2),
                    time(row.getString(3)),
                    time(row.getString(4)),
                    pathIds.getOrDefault(name, List.of()),
                    unknown));
        });
        return found;
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    private static @Nullable Instant time(@Nullable String text) {
        return text == null ? null : Instant.parse(text);
    }
}
