package org.nsm4j.app.role;

import java.util.Optional;
import java.util.stream.Stream;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Request;
import org.nsm4j.dataplane.wire.Place;
import org.nsm4j.grpc.client.AnswerCheck;
import org.nsm4j.grpc.server.Incoming;
import org.nsm4j.grpc.server.Requests;
import org.nsm4j.grpc.transport.PeerProcess;

/**
 * Lets the processes of this node name their own network namespaces only, unless they could enter any other by themselves:
 * clients in what they ask, endpoints in what they answer. Who is on another node has none to name here; another role of
 * this process passes on what it was asked.
 *
 * <p>Place: in front of a manager's chain, and at the end of a forwarder's, which asks endpoints: there the kernel still
 * says which process asks or answers.
 */
final class NamespaceClaims implements Requests {
    /** What a hop answered: its own namespace, or what it was offered. */
    static final AnswerCheck OF_ANSWERS = NamespaceClaims::checkAnswer;

    private final Requests rest;

    NamespaceClaims(Requests rest) {
        this.rest = rest;
    }

    @Override
    public Connection request(Request request, Caller caller) {
        if (Incoming.current().neighbour()) {
            return rest.request(request, caller);
        }
        var mechanism = Optional.ofNullable(request.connection().mechanism());
        Stream.concat(mechanism.stream(), request.preferences().stream())
                .flatMap(NamespaceClaims::claim)
                .forEach(claim -> NamespaceRights.check(
                        Place.of(claim, caller.files()), Incoming.current().peerProcess()));
        return rest.request(request, caller);
    }

    @Override
    public void close(Connection connection, Caller caller) {
        rest.close(connection, caller);
    }

    private static Stream<Mechanism.Kernel> claim(Mechanism mechanism) {
        return mechanism instanceof Mechanism.Kernel kernel && kernel.inodeUrl().isPresent()
                ? Stream.of(kernel)
                : Stream.empty();
    }

    /** What was offered was judged when it was asked; a mechanism that is only continued may be another endpoint's. */
    private static void checkAnswer(
            Request asked, Connection answer, PassedFiles files, Optional<PeerProcess> answering) {
        var mechanism = asked.connection().mechanism();
        var offered = asked.preferences().isEmpty() && mechanism != null
                ? Stream.of(mechanism)
                : asked.preferences().stream();
        var judged = offered.flatMap(NamespaceClaims::claim)
                .map(Mechanism.Kernel::inodeUrl)
                .toList();
        Stream.ofNullable(answer.mechanism())
                .flatMap(NamespaceClaims::claim)
                .filter(claim -> !judged.contains(claim.inodeUrl()))
                .forEach(claim -> NamespaceRights.check(Place.of(claim, files), answering));
    }
}
