package org.nsm4j.grpc.server;

import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import org.nsm4j.api.connection.Connection;
import org.nsm4j.api.networkservice.NetworkServiceGrpc;
import org.nsm4j.api.networkservice.NetworkServiceRequest;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Request;
import org.nsm4j.grpc.passing.FileKind;
import org.nsm4j.grpc.passing.Passage;
import org.nsm4j.grpc.passing.PassedUrls;
import org.nsm4j.grpc.passing.Passing;
import org.nsm4j.grpc.passing.ReceivedFiles;
import org.nsm4j.grpc.passing.SentFiles;
import org.nsm4j.grpc.wire.ConnectionMapping;

/** Request and Close, answered by a hop. */
final class NetworkServiceCalls extends NetworkServiceGrpc.NetworkServiceImplBase {
    private final Requests requests;
    private final Passing passing;

    NetworkServiceCalls(Requests requests, Passing passing) {
        this.requests = requests;
        this.passing = passing;
    }

    @Override
    public void request(NetworkServiceRequest message, StreamObserver<Connection> answers) {
        Answers.unary(answers, () -> {
            var incoming = Incoming.current();
            var request = ConnectionMapping.read(message);
            try (var files = new PassedFiles()) {
                var passage = incoming.passage();
                if (passage != null) {
                    var deadline = incoming.caller().deadline();
                    ReceivedFiles.take(request, PassedUrls::change, FileKind.NAMESPACE, passage, deadline, files);
                }
                var answer = requests.request(request, incoming.caller().with(files));
                return ConnectionMapping.write(passage == null ? answer : passed(request, answer, passage));
            }
        });
    }

    /** The answer with the namespaces that it brings passed along; those of the request are named as they were there. */
    private org.nsm4j.core.model.Connection passed(
            Request request, org.nsm4j.core.model.Connection answer, Passage passage) {
        var known = PassedUrls.in(request, PassedUrls::change);
        try (var sent = new SentFiles(PassedFiles.NONE, passing.paths())) {
            var told = PassedUrls.change(answer, url -> known.contains(url) ? url : sent.send(url));
            sent.over(passage);
            return told;
        }
    }

    @Override
    public void close(Connection message, StreamObserver<Empty> answers) {
        Answers.unary(answers, () -> {
            requests.close(ConnectionMapping.read(message), Incoming.current().caller());
            return Empty.getDefaultInstance();
        });
    }
}
