package org.nsm4j.grpc.wire;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nsm4j.api.connection.MonitorScopeSelector;
import org.nsm4j.api.connection.PathSegment;
import org.nsm4j.api.networkservice.NetworkServiceRequest;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.Selector;

/** Requests, connections and their events. Whatever cannot be read is refused as INVALID, naming it. */
public final class Connections {
    private static final int MOST_ENTRIES = 512;

    private Connections() {}

    /** Reads a request. */
    public static Request toModel(NetworkServiceRequest message) {
        return new Request(
                toModel(message.getConnection()),
                message.getMechanismPreferencesList().stream()
                        .map(Connections::toModel)
                        .toList());
    }

    /** Writes a request. */
    public static NetworkServiceRequest toMessage(Request request) {
        var message = NetworkServiceRequest.newBuilder().setConnection(toMessage(request.connection()));
        request.preferences().forEach(each -> message.addMechanismPreferences(toMessage(each)));
        return message.build();
    }

    /** Reads a connection. */
    public static Connection toModel(org.nsm4j.api.connection.Connection message) {
        return new Connection(
                new ConnectionId(message.getId()),
                message.getNetworkService(),
                message.hasMechanism() ? toModel(message.getMechanism()) : null,
                Contexts.toModel(message.getContext()),
                bounded("labels", message.getLabelsMap()),
                toModel(message.getPath()),
                message.getNetworkServiceEndpointName(),
                new Payload(message.getPayload()),
                state(message.getState()),
                Unknown.of(message));
    }

    /** Writes a connection. */
    public static org.nsm4j.api.connection.Connection toMessage(Connection connection) {
        var message = org.nsm4j.api.connection.Connection.newBuilder()
                .setId(connection.id().value())
                .setNetworkService(connection.service())
                .setContext(Contexts.toMessage(connection.context()))
                .putAllLabels(connection.labels())
                .setPath(toMessage(connection.path()))
                .setNetworkServiceEndpointName(connection.endpoint())
                .setPayload(connection.payload().value())
                .setStateValue(connection.state().ordinal());
        if (connection.mechanism() != null) {
            message.setMechanism(toMessage(connection.mechanism()));
        }
        return Unknown.into(message, connection.unknown()).build();
    }

    private static Connection.State state(org.nsm4j.api.connection.State message) {
        return switch (message) {
            case UP -> Connection.State.UP;
            case DOWN -> Connection.State.DOWN;
            case REFRESH_REQUESTED -> Connection.State.REFRESH_REQUESTED;
            case RESELECT_REQUESTED -> Connection.State.RESELECT_REQUESTED;
            case UNRECOGNIZED ->
                throw new Refused(Refused.Reason.INVALID, "connection state: unknown (expected: one of 0–3)");
        };
    }

    private static Mechanism toModel(org.nsm4j.api.connection.Mechanism message) {
        return Mechanism.of(
                message.getCls(), message.getType(), bounded("mechanism parameters", message.getParametersMap()));
    }

    private static org.nsm4j.api.connection.Mechanism toMessage(Mechanism mechanism) {
        return org.nsm4j.api.connection.Mechanism.newBuilder()
                .setCls(mechanism.cls())
                .setType(mechanism.type())
                .putAllParameters(mechanism.parameters())
                .build();
    }

    private static Path toModel(org.nsm4j.api.connection.Path message) {
        return new Path(
                message.getIndex(),
                message.getPathSegmentsList().stream().map(Connections::toModel).toList(),
                Unknown.of(message));
    }

    private static org.nsm4j.api.connection.Path toMessage(Path path) {
        var message = org.nsm4j.api.connection.Path.newBuilder().setIndex(path.index());
        path.segments().forEach(each -> message.addPathSegments(toMessage(each)));
        return Unknown.into(message, path.unknown()).build();
    }

    private static Segment toModel(PathSegment message) {
        return new Segment(
                message.getName(),
                new ConnectionId(message.getId()),
                message.getToken(),
                message.hasExpires() ? Times.toModel(message.getExpires()) : null,
                bounded("path segment metrics", message.getMetricsMap()),
                Unknown.of(message));
    }

    private static PathSegment toMessage(Segment segment) {
        var message = PathSegment.newBuilder()
                .setName(segment.name())
                .setId(segment.id().value())
                .setToken(segment.token())
                .putAllMetrics(segment.metrics());
        if (segment.expires() != null) {
            message.setExpires(Times.toMessage(segment.expires()));
        }
        return Unknown.into(message, segment.unknown()).build();
    }

    private static Map<String, String> bounded(String what, Map<String, String> map) {
        if (map.size() > MOST_ENTRIES) {
            throw new Refused(
                    Refused.Reason.INVALID, "%s: %d (expected: at most %d)".formatted(what, map.size(), MOST_ENTRIES));
        }
        return map;
    }

    /** Reads what a watcher wants to hear of. */
    public static Selector toModel(MonitorScopeSelector message) {
        return new Selector(
                message.getPathSegmentsList().stream()
                        .map(each -> new Selector.Hop(each.getName(), each.getId(), each.getToken()))
                        .toList(),
                message.getNetworkServicesList());
    }

    /** Writes what a watcher wants to hear of. */
    public static MonitorScopeSelector toMessage(Selector selector) {
        var message = MonitorScopeSelector.newBuilder().addAllNetworkServices(selector.services());
        selector.segments()
                .forEach(each -> message.addPathSegments(PathSegment.newBuilder()
                        .setName(each.name())
                        .setId(each.id())
                        .setToken(each.token())));
        return message.build();
    }

    /** Reads an event; null for a kind that this version does not know. */
    public static @Nullable ConnectionEvent toModel(org.nsm4j.api.connection.ConnectionEvent message) {
        var connections = message.getConnectionsMap().values().stream()
                .map(Connections::toModel)
                .toList();
        return switch (message.getType()) {
            case INITIAL_STATE_TRANSFER ->
                new ConnectionEvent(ConnectionEvent.Kind.INITIAL_STATE_TRANSFER, connections);
            case UPDATE -> new ConnectionEvent(ConnectionEvent.Kind.UPDATE, connections);
            case DELETE -> new ConnectionEvent(ConnectionEvent.Kind.DELETE, connections);
            case UNRECOGNIZED -> null;
        };
    }

    /** Writes an event. */
    public static org.nsm4j.api.connection.ConnectionEvent toMessage(ConnectionEvent event) {
        var message = org.nsm4j.api.connection.ConnectionEvent.newBuilder()
                .setTypeValue(event.kind().ordinal());
        event.connections().forEach(each -> message.putConnections(each.id().value(), toMessage(each)));
        return message.build();
    }
}
