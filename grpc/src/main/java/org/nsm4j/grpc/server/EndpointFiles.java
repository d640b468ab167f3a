package org.nsm4j.grpc.server;

import java.util.Optional;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.grpc.passing.FileKind;
import org.nsm4j.grpc.passing.PassedUrls;
import org.nsm4j.grpc.passing.Passing;
import org.nsm4j.grpc.passing.ReceivedFiles;
import org.nsm4j.grpc.passing.SentFiles;

/** Endpoints that are registered with their socket as a file, and found the same way (wire §4.6). */
record EndpointFiles(Passing passing) implements RegistryCalls.Files<Endpoint> {
    @Override
    public void receive(Endpoint endpoint, Incoming incoming, PassedFiles files) {
        var passage = incoming.passage();
        if (passage != null) {
            ReceivedFiles.take(
                    endpoint,
                    PassedUrls::change,
                    FileKind.SOCKET,
                    passage,
                    incoming.caller().deadline(),
                    files);
        }
    }

    @Override
    public Optional<Registry.Change<Endpoint>> send(Registry.Change<Endpoint> change, Incoming incoming) {
        var passage = incoming.passage();
        if (passage == null || change.item().url().isEmpty()) {
            return Optional.of(change);
        }
        try (var sent = new SentFiles(PassedFiles.NONE, passing.paths())) {
            sent.add(change.item().url(), passing.sockets());
            var endpoint = PassedUrls.change(change.item(), sent::send);
            sent.over(passage);
            boolean leadsNowhere = endpoint.url().isEmpty() && !change.deleted();
            return leadsNowhere ? Optional.empty() : Optional.of(new Registry.Change<>(endpoint, change.deleted()));
        }
    }
}
