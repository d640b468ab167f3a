package org.nsm4j.app.admin;

import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.util.Optional;
import java.util.function.Function;
import org.nsm4j.core.model.Refused;

/**
 * What is served at the admin socket: {@link Admin} for callers that the {@link AccessRule} admits. Plaintext, since the
 * bytes never leave the kernel, and the socket's mode and the kernel's word on the caller decide.
 */
public final class AdminServer {
    private AdminServer() {}

    /**
     * The service, to be added to a server on a unix socket whose executor has virtual threads.
     *
     * @param admin the node
     * @param rule who may call
     * @param peers who calls, as the kernel says; empty is refused
     */
    public static ServerServiceDefinition of(
            Admin admin, AccessRule rule, Function<ServerCall<?, ?>, Optional<Peer>> peers) {
        BindableService service = new AdminService(admin);
        return ServerInterceptors.intercept(service, new Gate(rule, peers));
    }

    private record Gate(AccessRule rule, Function<ServerCall<?, ?>, Optional<Peer>> peers)
            implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            var peer = peers.apply(call);
            if (peer.isPresent() && rule.admits(peer.get())) {
                return Contexts.interceptCall(
                        Context.current().withValue(AdminService.PEER, peer.get()), call, headers, next);
            }
            var who = peer.map(Peer::toString).orElse("unknown");
            var refusal = Refusals.toStatus(new Refused(
                    Refused.Reason.NOT_AUTHORIZED,
                    "admin socket: caller %s (expected: %s)".formatted(who, rule.allowed())));
            var trailers = refusal.getTrailers();
            call.close(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
            return new ServerCall.Listener<>() {};
        }
    }
}
