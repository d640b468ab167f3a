package org.nsm4j.grpc.server;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;

/**
 * A stream of answers that makes its writer wait while the client does not keep up, so that nothing piles up here; the
 * queues before the writer are bounded.
 */
final class EventStream<T> implements AutoCloseable {
    private final ServerCallStreamObserver<T> answers;
    private final OpenStreams open;
    private final Crowd.@Nullable Stalled stalled = Crowd.STALLED.get();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean ended;
    private @Nullable AutoCloseable source;

    private EventStream(ServerCallStreamObserver<T> answers, OpenStreams open) {
        this.answers = answers;
        this.open = open;
    }

    /** Opens a stream; must be called before the call's method returns. */
    static <T> EventStream<T> over(StreamObserver<T> answers, OpenStreams open) {
        var stream = new EventStream<>((ServerCallStreamObserver<T>) answers, open);
        stream.answers.setOnReadyHandler(stream::wake);
        stream.answers.setOnCancelHandler(() -> stream.end(null, false));
        open.add(stream);
        return stream;
    }

    /** Where the events come from: closed when the stream ends, at once if it has ended. */
    void from(AutoCloseable events) {
        boolean late;
        lock.lock();
        try {
            late = ended;
            source = events;
        } finally {
            lock.unlock();
        }
        if (late) {
            closeQuietly(events);
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends an answer, waiting while the client does not keep up; one that does not read for too long is cut off.
     *
     * @return whether it was sent; false once the stream has ended
     */
    boolean send(T answer) {
        if (!awaitReader()) {
            fail(new Refused(
                    Refused.Reason.DEADLINE, "stream: its client does not read it (expected: that it keeps up)"));
            return false;
        }
        lock.lock();
        try {
            if (!ended) {
                answers.onNext(answer);
            }
            return !ended;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the client can take more; false where that takes too long, and the connection is cut off. */
    private boolean awaitReader() {
        var most = stalled;
        long left = most == null ? Long.MAX_VALUE : most.after().toNanos();
        lock.lock();
        try {
            while (!ended && !answers.isReady() && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (most == null || ended || answers.isReady()) {
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
        most.cut().run();
        return false;
    }

    /** Waits until the stream ends, or for so long; tells whether it has ended. */
    boolean awaitEnd(Duration most) {
        long left = most.toNanos();
        lock.lock();
        try {
            while (!ended && left > 0) {
                left = changed.awaitNanos(left);
            }
            return ended;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the stream with a failure. */
    void fail(Throwable reason) {
        end(reason, true);
    }

    /** Ends the stream as complete. */
    @Override
    public void close() {
        end(null, true);
    }

    private void end(@Nullable Throwable reason, boolean tellClient) {
        AutoCloseable events;
        lock.lock();
        try {
            if (ended) {
                return;
            }
            ended = true;
            changed.signalAll();
            events = source;
            if (tellClient && !answers.isCancelled()) {
                if (reason == null) {
                    answers.onCompleted();
                } else {
                    answers.onError(Answers.status(reason));
                }
            }
        } finally {
            lock.unlock();
        }
        open.remove(this);
        if (events != null) {
            closeQuietly(events);
        }
    }

    private static void closeQuietly(AutoCloseable events) {
        try {
            events.close();
        } catch (Exception e) {
            System.getLogger(EventStream.class.getName())
                    .log(System.Logger.Level.WARNING, "cannot end a subscription", e);
        }
    }
}
