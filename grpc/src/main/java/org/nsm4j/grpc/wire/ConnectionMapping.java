package org.nsm4j.grpc.wire;

import static org.nsm4j.grpc.wire.Fields.instant;
import static org.nsm4j.grpc.wire.Fields.list;
import static org.nsm4j.grpc.wire.Fields.map;
import static org.nsm4j.grpc.wire.Fields.restore;
import static org.nsm4j.grpc.wire.Fields.timestamp;
import static org.nsm4j.grpc.wire.Fields.unknown;
import static org.nsm4j.grpc.wire.Fields.written;

import java.util.List;
import org.nsm4j.api.connection.ConnectionEventType;
import org.nsm4j.api.connection.MonitorScopeSelector;
import org.nsm4j.api.connection.PathSegment;
import org.nsm4j.api.connection.State;
import org.nsm4j.api.networkservice.NetworkServiceRequest;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.Selector;

/**
 * Requests, connections, events and selectors as messages.
 *
 * <p>{@code read} refuses what is malformed with {@link org.nsm4j.core.model.Refused.Reason#INVALID}, naming the field;
 * what it does not know it keeps, and {@code write} puts it back.
 */
public final class ConnectionMapping {
    private ConnectionMapping() {}

    /** Reads a request. */
    public static Request read(NetworkServiceRequest message) {
        return new Request(
                read(message.getConnection()),
                list("mechanism_preferences", message.getMechanismPreferencesList(), ConnectionMapping::read),
                unknown(message));
    }

    /** Writes a request. */
    public static NetworkServiceRequest write(Request request) {
        var builder = NetworkServiceRequest.newBuilder()
                .setConnection(write(request.connection()))
                .addAllMechanismPreferences(written(request.preferences(), ConnectionMapping::write));
        return restore(builder, request.unknown()).build();
    }

    /** Reads a connection; what is not set reads as empty. */
    public static Connection read(org.nsm4j.api.connection.Connection message) {
        return new Connection(
                new ConnectionId(message.getId()),
                message.getNetworkService(),
                message.hasMechanism() ? read(message.getMechanism()) : null,
                ContextMapping.read(message.getContext()),
                map("labels", message.getLabelsMap()),
                read(message.getPath()),
                message.getNetworkServiceEndpointName(),
                new Payload(message.getPayload()),
                read(message.getState()),
                unknown(message));
    }

    /** Writes a connection. */
    public static org.nsm4j.api.connection.Connection write(Connection connection) {
        var builder = org.nsm4j.api.connection.Connection.newBuilder()
                .setId(connection.id().value())
                .setNetworkService(connection.service())
                .setContext(ContextMapping.write(connection.context()))
                .putAllLabels(connection.labels())
                .setPath(write(connection.path()))
                .setNetworkServiceEndpointName(connection.endpoint())
                .setPayload(connection.payload().value())
                .setState(write(connection.state()));
        var mechanism = connection.mechanism();
        if (mechanism != null) {
            builder.setMechanism(write(mechanism));
        }
        return restore(builder, connection.unknown()).build();
    }

    /** Reads an event; the keys of its map are the ids that the connections carry themselves. */
    public static ConnectionEvent read(org.nsm4j.api.connection.ConnectionEvent message) {
        var kind = switch (message.getType()) {
            case INITIAL_STATE_TRANSFER -> ConnectionEvent.Kind.INITIAL_STATE_TRANSFER;
            case UPDATE, UNRECOGNIZED -> ConnectionEvent.Kind.UPDATE;
            case DELETE -> ConnectionEvent.Kind.DELETE;
        };
        var connections =
                list("connections", List.copyOf(message.getConnectionsMap().values()), ConnectionMapping::read);
        return new ConnectionEvent(kind, connections);
    }

    /** Writes an event. */
    public static org.nsm4j.api.connection.ConnectionEvent write(ConnectionEvent event) {
        var builder = org.nsm4j.api.connection.ConnectionEvent.newBuilder()
                .setType(
                        switch (event.kind()) {
                            case INITIAL_STATE_TRANSFER -> ConnectionEventType.INITIAL_STATE_TRANSFER;
                            case UPDATE -> ConnectionEventType.UPDATE;
                            case DELETE -> ConnectionEventType.DELETE;
                        });
        for (var connection : event.connections()) {
            builder.putConnections(connection.id().value(), write(connection));
        }
        return builder.build();
    }

    /** Reads a selector. */
    public static Selector read(MonitorScopeSelector message) {
        return new Selector(
                list(
                        "path_segments",
                        message.getPathSegmentsList(),
                        segment -> new Selector.Hop(segment.getName(), segment.getId(), segment.getToken())),
                list("network_services", message.getNetworkServicesList(), service -> service));
    }

    /** Writes a selector. */
    public static MonitorScopeSelector write(Selector selector) {
        return MonitorScopeSelector.newBuilder()
                .addAllPathSegments(written(
                        selector.segments(),
                        hop -> PathSegment.newBuilder()
                                .setName(hop.name())
                                .setId(hop.id())
                                .setToken(hop.token())
                                .build()))
                .addAllNetworkServices(selector.services())
                .build();
    }

    private static Mechanism read(org.nsm4j.api.connection.Mechanism message) {
        return Mechanism.of(
                message.getCls(),
                message.getType(),
                map("mechanism.parameters", message.getParametersMap()),
                unknown(message));
    }

    private static org.nsm4j.api.connection.Mechanism write(Mechanism mechanism) {
        var builder = org.nsm4j.api.connection.Mechanism.newBuilder()
                .setCls(mechanism.cls())
                .setType(mechanism.type())
                .putAllParameters(mechanism.parameters());
        return restore(builder, mechanism.unknown()).build();
    }

    private static Path read(org.nsm4j.api.connection.Path message) {
        return new Path(
                message.getIndex(),
                list("path_segments", message.getPathSegmentsList(), ConnectionMapping::read),
                unknown(message));
    }

    private static org.nsm4j.api.connection.Path write(Path path) {
        var builder = org.nsm4j.api.connection.Path.newBuilder()
                .setIndex(path.index())
                .addAllPathSegments(written(path.segments(), ConnectionMapping::write));
        return restore(builder, path.unknown()).build();
    }

    private static Segment read(PathSegment message) {
        return new Segment(
                message.getName(),
                new ConnectionId(message.getId()),
                message.getToken(),
                instant("expires", message.hasExpires(), message.getExpires()),
                map("metrics", message.getMetricsMap()),
                unknown(message));
    }

    private static PathSegment write(Segment segment) {
        var builder = PathSegment.newBuilder()
                .setName(segment.name())
                .setId(segment.id().value())
                .setToken(segment.token())
                .putAllMetrics(segment.metrics());
        var expires = segment.expires();
        if (expires != null) {
            builder.setExpires(timestamp(expires));
        }
        return restore(builder, segment.unknown()).build();
    }

    private static Connection.State read(State state) {
        return switch (state) {
            case UP, UNRECOGNIZED -> Connection.State.UP;
            case DOWN -> Connection.State.DOWN;
            case REFRESH_REQUESTED -> Connection.State.REFRESH_REQUESTED;
            case RESELECT_REQUESTED -> Connection.State.RESELECT_REQUESTED;
        };
    }

    private static State write(Connection.State state) {
        return switch (state) {
            case UP -> State.UP;
            case DOWN -> State.DOWN;
            case REFRESH_REQUESTED -> State.REFRESH_REQUESTED;
            case RESELECT_REQUESTED -> State.RESELECT_REQUESTED;
        };
    }
}
