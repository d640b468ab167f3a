package org.nsm4j.core.model;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A connection as one hop sees it: which service, by which endpoint, over which mechanism, along which path.
 *
 * @param id equal to the id of the path's current segment
 * @param service the network service's name
 * @param mechanism how this leg is realised; null until one was chosen
 * @param context addresses, routes, names
 * @param labels the client's labels
 * @param path the hops
 * @param endpoint the chosen endpoint's name; empty until one was chosen
 * @param payload what the wire carries
 * @param state as last reported
 * @param unknown what a newer version sent
 */
public record Connection(
        ConnectionId id,
        String service,
        @Nullable Mechanism mechanism,
        Context context,
        Map<String, String> labels,
        Path path,
        String endpoint,
        Payload payload,
        State state,
        Opaque unknown) {

    /** What is known of a connection; the numbers are those of the wire. */
    public enum State {
        /** Works as far as is known. */
        UP,
        /** Broken somewhere. */
        DOWN,
        /** The endpoint asks for a refresh. */
        REFRESH_REQUESTED,
        /** The client asks for another endpoint. */
        RESELECT_REQUESTED
    }

    public Connection {
        labels = Map.copyOf(labels);
    }

    /** A first request for a service, from a client that has no path yet. */
    public static Connection to(String service) {
        return new Connection(
                ConnectionId.NONE,
                service,
                null,
                Context.EMPTY,
                Map.of(),
                Path.EMPTY,
                "",
                Payload.NONE,
                State.UP,
                Opaque.NONE);
    }

    /** The same under another id. */
    public Connection withId(ConnectionId newId) {
        return new Connection(newId, service, mechanism, context, labels, path, endpoint, payload, state, unknown);
    }

    /** The same for another service. */
    public Connection withService(String newService) {
        return new Connection(id, newService, mechanism, context, labels, path, endpoint, payload, state, unknown);
    }

    /** The same with another mechanism, or with none. */
    public Connection withMechanism(@Nullable Mechanism newMechanism) {
        return new Connection(id, service, newMechanism, context, labels, path, endpoint, payload, state, unknown);
    }

    /** The same with another context. */
    public Connection withContext(Context newContext) {
        return new Connection(id, service, mechanism, newContext, labels, path, endpoint, payload, state, unknown);
    }

    /** The same with a changed context. */
    public Connection withContext(UnaryOperator<Context> change) {
        return withContext(change.apply(context));
    }

    /** The same with other labels. */
    public Connection withLabels(Map<String, String> newLabels) {
        return new Connection(id, service, mechanism, context, newLabels, path, endpoint, payload, state, unknown);
    }

    /** The same along another path. */
    public Connection withPath(Path newPath) {
        return new Connection(id, service, mechanism, context, labels, newPath, endpoint, payload, state, unknown);
    }

    /** The same by another endpoint. */
    public Connection withEndpoint(String newEndpoint) {
        return new Connection(id, service, mechanism, context, labels, path, newEndpoint, payload, state, unknown);
    }

    /** The same with another payload. */
    public Connection withPayload(Payload newPayload) {
        return new Connection(id, service, mechanism, context, labels, path, endpoint, newPayload, state, unknown);
    }

    /** The same in another state. */
    public Connection withState(State newState) {
        return new Connection(id, service, mechanism, context, labels, path, endpoint, payload, newState, unknown);
    }
}
