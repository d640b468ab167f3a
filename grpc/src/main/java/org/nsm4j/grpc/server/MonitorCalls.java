package org.nsm4j.grpc.server;

import io.grpc.stub.StreamObserver;
import org.nsm4j.api.connection.MonitorConnectionGrpc;
import org.nsm4j.api.connection.MonitorScopeSelector;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.Refused;
import org.nsm4j.grpc.wire.ConnectionMapping;

/** MonitorConnections, told by a hop's events. */
final class MonitorCalls extends MonitorConnectionGrpc.MonitorConnectionImplBase {
    private final Watchable events;
    private final OpenStreams open;

    MonitorCalls(Watchable events, OpenStreams open) {
        this.events = events;
        this.open = open;
    }

    @Override
    public void monitorConnections(
            MonitorScopeSelector message, StreamObserver<org.nsm4j.api.connection.ConnectionEvent> answers) {
        var stream = EventStream.over(answers, open);
        try {
            var caller = Incoming.current().caller();
            stream.from(events.subscribe(ConnectionMapping.read(message), caller, new Hop.Listener() {
                @Override
                public void event(ConnectionEvent event) {
                    stream.send(ConnectionMapping.write(event));
                }

                @Override
                public void ended(Refused reason) {
                    stream.fail(reason);
                }
            }));
        } catch (RuntimeException | Error e) {
            stream.fail(e);
        }
    }
}
