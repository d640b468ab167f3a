package org.nsm4j.grpc.server;

import io.grpc.Context;
import io.grpc.Metadata;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.grpc.passing.Passage;
import org.nsm4j.grpc.transport.PeerProcess;

/**
 * What the transport knows of the call that runs on this thread; for services that are served beside those of the mesh
 * (administration, identity).
 *
 * @param caller who calls, until when, and with which token
 * @param process the process at the other end of a unix socket; null on tcp
 * @param passage the files that go with its connection; null on tcp
 * @param headers as they came
 * @param answerHeaders go out with the first answer
 * @param neighbour whether another role of this very process calls
 */
public record Incoming(
        Caller caller,
        @Nullable PeerProcess process,
        @Nullable Passage passage,
        Metadata headers,
        Metadata answerHeaders,
        boolean neighbour) {
    static final Context.Key<Incoming> KEY = Context.key("org.nsm4j.incoming");

    /**
     * The call that runs on this thread.
     *
     * @throws IllegalStateException outside a call
     */
    public static Incoming current() {
        var incoming = KEY.get();
        if (incoming == null) {
            throw new IllegalStateException("no call runs on this thread (expected: a call of an NsmServer)");
        }
        return incoming;
    }

    /** A context in which another role of this very process calls. */
    public static Context ofNeighbour(Context context, Caller caller) {
        return context.withValue(KEY, new Incoming(caller, null, null, new Metadata(), new Metadata(), true));
    }

    /** The process at the other end of a unix socket. */
    public Optional<PeerProcess> peerProcess() {
        return Optional.ofNullable(process);
    }
}
