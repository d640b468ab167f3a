package org.nsm4j.identity.workload;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.function.Function;
import org.nsm4j.core.model.Refused;
import org.nsm4j.grpc.wire.RefusalMapping;
import org.nsm4j.identity.attest.Peer;

/**
 * Lets a call in that carries the header {@code workload.spiffe.io: true} (SPIFFE Workload Endpoint §3, so that no
 * browser can be tricked into calling) and finds a place; notes who calls.
 */
final class Gatekeeper implements ServerInterceptor {
    static final Context.Key<Peer> PEER = Context.key("peer");
    private static final Metadata.Key<String> HEADER =
            Metadata.Key.of("workload.spiffe.io", Metadata.ASCII_STRING_MARSHALLER);
    private final Function<Attributes, Peer> peers;
    private final StreamLimits limits;

    Gatekeeper(Function<Attributes, Peer> peers, StreamLimits limits) {
        this.peers = peers;
        this.limits = limits;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!"true".equals(headers.get(HEADER))) {
            return refuse(
                    call,
                    Status.INVALID_ARGUMENT.withDescription(
                            "security header missing from request (expected: workload.spiffe.io: true)"));
        }
        StreamLimits.Place place;
        Peer peer;
        try {
            peer = peers.apply(call.getAttributes());
            place = limits.take(peer);
        } catch (Refused e) {
            return refuse(call, RefusalMapping.toStatus(e).getStatus());
        }
        var listener = Contexts.interceptCall(Context.current().withValue(PEER, peer), call, headers, next);
        return new SimpleForwardingServerCallListener<>(listener) {
            @Override
            public void onComplete() {
                place.close();
                super.onComplete();
            }

            @Override
            public void onCancel() {
                place.close();
                super.onCancel();
            }
        };
    }

    private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status status) {
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }
}
