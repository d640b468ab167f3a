package org.nsm4j.grpc.server;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Refused;
import org.nsm4j.grpc.passing.Passage;
import org.nsm4j.grpc.spiffe.SpiffeTls;
import org.nsm4j.grpc.transport.PeerProcess;
import org.nsm4j.grpc.wire.Headers;

/** Finds out who calls, lets services answer with headers of their own, and notes what is denied. */
final class ReadCaller implements ServerInterceptor {
    private final Denials denials;

    ReadCaller(Denials denials) {
        this.denials = denials;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Incoming incoming;
        try {
            incoming = read(call.getAttributes(), headers);
        } catch (Refused e) {
            call.close(Status.UNAUTHENTICATED.withDescription(e.getMessage()), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        var answering = new SimpleForwardingServerCall<>(call) {
            @Override
            public void sendHeaders(Metadata sent) {
                sent.merge(incoming.answerHeaders());
                super.sendHeaders(sent);
            }

            @Override
            public void close(Status status, Metadata trailers) {
                if (status.getCause() instanceof Refused refused) {
                    denials.note(incoming, call.getMethodDescriptor().getFullMethodName(), refused);
                }
                super.close(status, trailers);
            }
        };
        return Contexts.interceptCall(Context.current().withValue(Incoming.KEY, incoming), answering, headers, next);
    }

    private static Incoming read(Attributes attributes, Metadata headers) {
        var session = attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        var peer = SpiffeTls.peer(session);
        var caller = new Caller(
                peer == null ? null : peer.id(),
                peer == null ? null : peer.certificate(),
                Headers.token(headers),
                deadline(),
                false,
                SpiffeTls.shown(session),
                PassedFiles.NONE);
        return new Incoming(
                caller,
                attributes.get(PeerProcess.PEER),
                Passage.of(attributes).orElse(null),
                headers,
                new Metadata(),
                false);
    }

    private static @Nullable Instant deadline() {
        var deadline = Context.current().getDeadline();
        return deadline == null ? null : Instant.now().plusNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS));
    }
}
