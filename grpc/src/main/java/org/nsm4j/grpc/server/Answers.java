package org.nsm4j.grpc.server;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;
import org.nsm4j.core.model.Refused;
import org.nsm4j.grpc.wire.RefusalMapping;

/** Ends calls: with an answer, a refusal, or what a bug deserves. */
final class Answers {
    private static final System.Logger LOG = System.getLogger(Answers.class.getName());

    private Answers() {}

    /** Answers a call with what the work gives. */
    static <T> void unary(StreamObserver<T> answers, Supplier<T> work) {
        if (answers instanceof ServerCallStreamObserver<T> call) {
            // Said so that answering a call that its client has given up is no error.
            call.setOnCancelHandler(() -> {});
        }
        T answer;
        try {
            answer = work.get();
        } catch (RuntimeException | Error e) {
            answers.onError(status(e));
            return;
        }
        answers.onNext(answer);
        answers.onCompleted();
    }

    /** The status of a failure; what is no refusal is a bug, and is logged here, once. */
    static StatusRuntimeException status(Throwable failure) {
        if (failure instanceof Refused refused) {
            return RefusalMapping.toStatus(refused);
        }
        LOG.log(System.Logger.Level.ERROR, "a call failed by a bug", failure);
        return RefusalMapping.toStatus(new Refused(
                Refused.Reason.INTERNAL, "bug: %s (expected: none; the log of this hop has it)".formatted(failure)));
    }
}
