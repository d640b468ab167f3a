package org.nsm4j.grpc.server;

import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import org.nsm4j.api.connection.Connection;
import org.nsm4j.api.networkservice.NetworkServiceGrpc;
import org.nsm4j.api.networkservice.NetworkServiceRequest;
import org.nsm4j.grpc.wire.ConnectionMapping;

/** Request and Close, answered by a hop. */
final class NetworkServiceCalls extends NetworkServiceGrpc.NetworkServiceImplBase {
    private final Requests requests;

    NetworkServiceCalls(Requests requests) {
        this.requests = requests;
    }

    @Override
    public void request(NetworkServiceRequest message, StreamObserver<Connection> answers) {
        Answers.unary(
                answers,
                () -> ConnectionMapping.write(requests.request(
                        ConnectionMapping.read(message), Incoming.current().caller())));
    }

    @Override
    public void close(Connection message, StreamObserver<Empty> answers) {
        Answers.unary(answers, () -> {
            requests.close(ConnectionMapping.read(message), Incoming.current().caller());
            return Empty.getDefaultInstance();
        });
    }
}
