package org.nsm4j.grpc.client;

import io.grpc.Context;
import io.grpc.Metadata;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.nsm4j.api.connection.MonitorConnectionGrpc;
import org.nsm4j.api.networkservice.NetworkServiceGrpc;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.model.Url;
import org.nsm4j.grpc.wire.ConnectionMapping;

/**
 * Other hops, over gRPC.
 *
 * <p>A request that is made in the course of a call that we serve ends when that call is cancelled or its time is up; a
 * close runs to its own deadline, for it may well be the cleaning up after a call that was cancelled.
 */
public final class GrpcHops implements Hop.Directory {
    private final Channels channels;

    /** Hops that are reached over shared connections. */
    public GrpcHops(Channels channels) {
        this.channels = channels;
    }

    @Override
    public Hop at(Url url) {
        return new GrpcHop(new Calls(channels, url), url);
    }

    private record GrpcHop(Calls calls, Url url) implements Hop {
        @Override
        public Connection request(Request request, Instant deadline, Consumer<Runnable> cancel) {
            var answer = calls.unary(
                    NetworkServiceGrpc.getRequestMethod(),
                    ConnectionMapping.write(request),
                    new Metadata(),
                    deadline,
                    cancel);
            return ConnectionMapping.read(answer.message());
        }

        @Override
        public void close(Connection connection, Instant deadline) {
            var before = Context.ROOT.attach();
            try {
                calls.unary(
                        NetworkServiceGrpc.getCloseMethod(),
                        ConnectionMapping.write(connection),
                        new Metadata(),
                        deadline,
                        _ -> {});
            } finally {
                Context.ROOT.detach(before);
            }
        }

        @Override
        public AutoCloseable monitor(Selector selector, Listener listener) {
            return calls.lastingStream(
                    MonitorConnectionGrpc.getMonitorConnectionsMethod(),
                    ConnectionMapping.write(selector),
                    new Watch(url, listener));
        }
    }

    private record Watch(Url url, Hop.Listener listener)
            implements Calls.Told<org.nsm4j.api.connection.ConnectionEvent> {
        @Override
        public void answer(org.nsm4j.api.connection.ConnectionEvent message) {
            ConnectionEvent event;
            try {
                event = ConnectionMapping.read(message);
            } catch (Refused e) {
                System.getLogger(GrpcHops.class.getName())
                        .log(System.Logger.Level.WARNING, "{0} reports what cannot be read: {1}", url, e.getMessage());
                return;
            }
            listener.event(event);
        }

        @Override
        public void ended(@Nullable Refused failure) {
            listener.ended(
                    failure != null
                            ? failure
                            : new Refused(Refused.Reason.UNAVAILABLE, "%s ended the stream of events".formatted(url)));
        }
    }
}
