package org.nsm4j.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.NetworkService.Destination;
import org.nsm4j.core.model.NetworkService.Match;
import org.nsm4j.core.model.Payload;

/** Network services, with their rules, as rows. */
final class ServiceRows implements Rows<NetworkService> {
    private static final String SOURCE = "source";
    private static final String FORWARDER = "forwarder";
    private static final String ROUTE = "route";

    /** Where a set of labels belongs. */
    private record Place(String service, int match, String role, int route) {}

    @Override
    public void put(Connection connection, NetworkService item) throws SQLException {
        remove(connection, item.name());
        Rows.write(
                connection,
                "INSERT INTO services VALUES (?, ?, ?)",
                item.name(),
                item.payload().value(),
                Rows.column(item.unknown()));
        for (int i = 0; i < item.pathIds().size(); i++) {
            Rows.write(
                    connection,
                    "INSERT INTO service_path VALUES (?, ?, ?)",
                    item.name(),
                    i,
                    item.pathIds().get(i));
        }
        for (int i = 0; i < item.matches().size(); i++) {
            putMatch(connection, item.name(), i, item.matches().get(i));
        }
    }

    private static void putMatch(Connection connection, String service, int at, Match match) throws SQLException {
        var forwarder = match.forwarderLabels();
        Rows.write(
                connection,
                "INSERT INTO matches VALUES (?, ?, ?, ?, ?)",
                service,
                at,
                match.fallsThrough(),
                forwarder != null,
                Rows.column(match.unknown()));
        putLabels(connection, new Place(service, at, SOURCE, 0), match.source());
        if (forwarder != null) {
            putLabels(connection, new Place(service, at, FORWARDER, 0), forwarder);
        }
        for (int i = 0; i < match.routes().size(); i++) {
            var route = match.routes().get(i);
            Rows.write(
                    connection,
                    "INSERT INTO match_routes VALUES (?, ?, ?, ?, ?)",
                    service,
                    at,
                    i,
                    route.weight(),
                    Rows.column(route.unknown()));
            putLabels(connection, new Place(service, at, ROUTE, i), route.selector());
        }
    }

    private static void putLabels(Connection connection, Place place, Map<String, String> labels) throws SQLException {
        for (var label : labels.entrySet()) {
            Rows.write(
                    connection,
                    "INSERT INTO match_labels VALUES (?, ?, ?, ?, ?, ?)",
                    place.service,
                    place.match,
                    place.role,
                    place.route,
                    label.getKey(),
                    label.getValue());
        }
    }

    @Override
    public void remove(Connection connection, String name) throws SQLException {
        Rows.write(connection, "DELETE FROM services WHERE name = ?", name);
    }

    @Override
    public List<NetworkService> load(Connection connection) throws SQLException {
        var pathIds = new HashMap<String, List<String>>();
        Rows.read(
                connection,
                "SELECT service, spiffe_id FROM service_path ORDER BY service, position",
                row -> pathIds.computeIfAbsent(row.getString(1), each -> new ArrayList<>())
                        .add(row.getString(2)));
        var matches = loadMatches(connection);
        var found = new ArrayList<NetworkService>();
        Rows.read(
                connection,
                "SELECT name, payload, unknown FROM services ORDER BY name",
                row -> found.add(new NetworkService(
                        row.getString(1),
                        new Payload(row.getString(2)),
                        matches.getOrDefault(row.getString(1), List.of()),
                        pathIds.getOrDefault(row.getString(1), List.of()),
                        Rows.opaque(row.getBytes(3)))));
        return found;
    }

    private static Map<String, List<Match>> loadMatches(Connection connection) throws SQLException {
        var labels = new HashMap<Place, Map<String, String>>();
        Rows.read(
                connection,
                "SELECT service, match, role, route, label, value FROM match_labels",
                row -> labels.computeIfAbsent(
                                new Place(row.getString(1), row.getInt(2), row.getString(3), row.getInt(4)),
                                each -> new LinkedHashMap<>())
                        .put(row.getString(5), row.getString(6)));
        var routes = new HashMap<Place, List<Destination>>();
        Rows.read(
                connection,
                "SELECT service, match, position, weight, unknown FROM match_routes ORDER BY service, match, position",
                row -> {
                    var match = new Place(row.getString(1), row.getInt(2), ROUTE, 0);
                    var selector = new Place(match.service, match.match, ROUTE, row.getInt(3));
                    routes.computeIfAbsent(match, each -> new ArrayList<>())
                            .add(new Destination(
                                    labels.getOrDefault(selector, Map.of()),
                                    row.getInt(4),
                                    Rows.opaque(row.getBytes(5))));
                });
        var matches = new HashMap<String, List<Match>>();
        Rows.read(
                connection,
                "SELECT service, position, falls_through, names_forwarder, unknown FROM matches ORDER BY service, position",
                row -> {
                    var service = row.getString(1);
                    int at = row.getInt(2);
                    var forwarder = labels.getOrDefault(new Place(service, at, FORWARDER, 0), Map.of());
                    matches.computeIfAbsent(service, each -> new ArrayList<>())
                            .add(new Match(
                                    labels.getOrDefault(new Place(service, at, SOURCE, 0), Map.of()),
                                    routes.getOrDefault(new Place(service, at, ROUTE, 0), List.of()),
                                    row.getBoolean(3),
                                    row.getBoolean(4) ? forwarder : null,
                                    Rows.opaque(row.getBytes(5))));
                });
        return matches;
    }
}
