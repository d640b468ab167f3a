package org.nsm4j.grpc.server;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.nsm4j.core.model.Refused;
import org.nsm4j.grpc.spiffe.SpiffeTls;
import org.nsm4j.grpc.transport.Greeting;
import org.nsm4j.grpc.transport.PeerProcess;
import org.nsm4j.grpc.wire.RefusalMapping;

/**
 * Lets in no more connections, requests and streams than the settings allow one identity, and nobody who is too slow: so
 * that one peer can neither shut the others out nor hold anything by doing nothing. Whoever is one too many is told so by
 * a refusal with its reason.
 */
final class Crowd extends ServerTransportFilter implements ServerInterceptor {
    /** What becomes of a caller that does not read what it asked for; absent outside a call. */
    static final Context.Key<Stalled> STALLED = Context.key("org.nsm4j.stalled");

    private static final Attributes.Key<String> WHO = Attributes.Key.create("org.nsm4j.who");
    private static final Attributes.Key<Refused> REFUSED = Attributes.Key.create("org.nsm4j.refused");
    /** How long a connection lives on after it was refused: as long as the refusal needs to arrive. */
    private static final int LAST_WORD_SECONDS = 1;

    /**
     * What becomes of a caller that does not read.
     *
     * @param after how long it may take
     * @param cut ends its connection, and with it all that waits to be sent there
     */
    record Stalled(Duration after, Runnable cut) {}

    private final ServerSettings settings;
    private final EventLoopGroup loops;
    private final Tally connections;
    private final Tally requests;
    private final Tally streams;

    Crowd(ServerSettings settings, EventLoopGroup loops) {
        this.settings = settings;
        this.loops = loops;
        this.connections = new Tally(settings.perIdentity().mostConnections());
        this.requests = new Tally(settings.perIdentity().mostRequests());
        this.streams = new Tally(settings.perIdentity().mostStreams());
    }

    @Override
    public Attributes transportReady(Attributes attributes) {
        var who = who(attributes);
        if (attributes.get(Greeting.CROWDED) != null) {
            return attributes.toBuilder()
                    .set(REFUSED, tooMany("connections", settings.mostConnections(), "this server"))
                    .build();
        }
        var known = attributes.toBuilder().set(WHO, who);
        if (!connections.enter(who)) {
            return attributes.toBuilder()
                    .set(REFUSED, tooMany("connections", connections.most(), who))
                    .build();
        }
        return known.build();
    }

    @Override
    public void transportTerminated(Attributes attributes) {
        var who = attributes == null ? null : attributes.get(WHO);
        if (who != null) {
            connections.leave(who);
        }
    }

    private static String who(Attributes attributes) {
        try {
            var peer = SpiffeTls.peer(attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
            if (peer != null) {
                return peer.id().toString();
            }
        } catch (Refused e) {
            return "an unreadable identity";
        }
        var process = attributes.get(PeerProcess.PEER);
        return process == null ? "nobody" : "uid " + Integer.toUnsignedString(process.uid());
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        var attributes = call.getAttributes();
        var refused = attributes.get(REFUSED);
        if (refused != null) {
            cutLater(attributes);
            return refuse(call, refused);
        }
        boolean unary = call.getMethodDescriptor().getType().serverSendsOneMessage();
        var tally = unary ? requests : streams;
        var who = attributes.get(WHO) == null ? who(attributes) : attributes.get(WHO);
        if (!tally.enter(who)) {
            return refuse(call, tooMany(unary ? "requests" : "streams", tally.most(), who));
        }
        try {
            var stalled = new Stalled(settings.patience(), () -> cutLater(attributes));
            var listener = Contexts.interceptCall(Context.current().withValue(STALLED, stalled), call, headers, next);
            return new Guest<>(call, listener, () -> tally.leave(who));
        } catch (RuntimeException | Error e) {
            tally.leave(who);
            throw e;
        }
    }

    private void cutLater(Attributes attributes) {
        var cut = attributes.get(Greeting.CUT);
        if (cut != null) {
            loops.next().schedule(cut, LAST_WORD_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static Refused tooMany(String what, int most, String who) {
        return new Refused(
                Refused.Reason.NO_CAPACITY,
                "%s of %s: more than %d at once (expected: that others end first)".formatted(what, who, most));
    }

    private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Refused refused) {
        var status = RefusalMapping.toStatus(refused);
        var trailers = status.getTrailers();
        call.close(status.getStatus(), trailers == null ? new Metadata() : trailers);
        return new ServerCall.Listener<>() {};
    }

    /** A call that was let in: gives its place back when it ends, and is refused when its message does not come. */
    private final class Guest<Q> extends SimpleForwardingServerCallListener<Q> {
        private final AtomicBoolean decided = new AtomicBoolean();
        private final AtomicBoolean left = new AtomicBoolean();
        private final Runnable leave;
        private final Future<?> timer;

        Guest(ServerCall<Q, ?> call, ServerCall.Listener<Q> listener, Runnable leave) {
            super(listener);
            this.leave = leave;
            this.timer = loops.next()
                    .schedule(() -> giveUp(call), settings.patience().toMillis(), TimeUnit.MILLISECONDS);
        }

        private void giveUp(ServerCall<Q, ?> call) {
            if (decided.compareAndSet(false, true)) {
                refuse(
                        call,
                        new Refused(
                                Refused.Reason.DEADLINE,
                                "message: not here after %s (expected: right after the headers)"
                                        .formatted(settings.patience())));
            }
        }

        @Override
        public void onHalfClose() {
            if (decided.compareAndSet(false, true)) {
                timer.cancel(false);
                super.onHalfClose();
            }
        }

        @Override
        public void onComplete() {
            leaveOnce();
            super.onComplete();
        }

        @Override
        public void onCancel() {
            leaveOnce();
            super.onCancel();
        }

        private void leaveOnce() {
            if (left.compareAndSet(false, true)) {
                timer.cancel(false);
                leave.run();
            }
        }
    }
}
