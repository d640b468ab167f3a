package org.nsm4j.grpc.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.grpc.passing.Passage;
import org.nsm4j.grpc.passing.SentFiles;
import org.nsm4j.grpc.spiffe.SpiffeTls;
import org.nsm4j.grpc.wire.RefusalMapping;

/** Makes calls to one URL. */
final class Calls {
    private final Channels channels;
    private final Url url;

    Calls(Channels channels, Url url) {
        this.channels = channels;
        this.url = url;
    }

    /**
     * An answer.
     *
     * @param headers that came with it
     * @param passage by which its files come; null where the connection carries none
     */
    record Answer<A>(A message, Metadata headers, @Nullable Passage passage) {}

    /** How a call ended; without a message it failed. */
    private record Outcome<A>(@Nullable A message, Metadata headers, Status status, Metadata trailers) {
        boolean isUnreachable() {
            return status.getCode() == Status.Code.UNAVAILABLE
                    && trailers.keys().isEmpty();
        }
    }

    /**
     * Makes a call and waits for its answer; where the other side cannot be reached, again while patience lasts.
     *
     * @param files that go ahead of it
     * @param deadline when to give up
     * @param cancel told how to call it off while it runs
     * @throws Refused as the other side said, or when it cannot be reached
     */
    <Q, A> Answer<A> unary(
            MethodDescriptor<Q, A> method,
            Q message,
            Metadata headers,
            SentFiles files,
            Instant deadline,
            Consumer<Runnable> cancel) {
        var begun = Instant.now();
        var patience = begun.plus(channels.settings().patience());
        for (int attempt = 0; ; attempt++) {
            var sent = new Metadata();
            sent.merge(headers);
            var credentials = channels.credentials(files);
            var outcome = once(method, message, sent, credentials, deadline, cancel);
            var answer = outcome.message();
            if (answer != null) {
                return new Answer<>(answer, outcome.headers(), credentials.passage());
            }
            var pause = Link.pause(attempt);
            var next = Instant.now().plus(pause);
            if (!outcome.isUnreachable() || next.isAfter(patience) || next.isAfter(deadline) || !slept(pause)) {
                throw RefusalMapping.toRefused(outcome.status(), outcome.trailers(), "ask " + url);
            }
        }
    }

    private static boolean slept(Duration pause) {
        try {
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private <Q, A> Outcome<A> once(
            MethodDescriptor<Q, A> method,
            Q message,
            Metadata headers,
            TokenCredentials credentials,
            Instant deadline,
            Consumer<Runnable> cancel) {
        var link = channels.link(url);
        // The answer is taken on the event loop, which only hands it over: no other thread is woken but ours.
        var options = CallOptions.DEFAULT
                .withCallCredentials(credentials)
                .withExecutor(Runnable::run)
                .withDeadlineAfter(Duration.between(Instant.now(), deadline));
        var call = link.channel().newCall(method, options);
        var outcome = new CompletableFuture<Outcome<A>>();
        call.start(new One<>(outcome), headers);
        call.request(2);
        call.sendMessage(message);
        call.halfClose();
        cancel.accept(() -> call.cancel("called off", null));
        try {
            var ended = outcome.get();
            noteServer(link, call);
            return ended;
        } catch (InterruptedException e) {
            call.cancel("the thread that waited was interrupted", e);
            Thread.currentThread().interrupt();
            throw new Refused(Refused.Reason.CANCELLED, "asking %s was interrupted".formatted(url), e);
        } catch (ExecutionException e) {
            throw new Refused(Refused.Reason.INTERNAL, "cannot ask %s: %s".formatted(url, e.getCause()), e);
        }
    }

    private static void noteServer(Link link, ClientCall<?, ?> call) {
        var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        var server = SpiffeTls.peer(session);
        if (server != null) {
            link.provedBy(server.certificate(), SpiffeTls.shown(session));
        }
    }

    private static final class One<A> extends ClientCall.Listener<A> {
        private final CompletableFuture<Outcome<A>> outcome;
        private Metadata headers = new Metadata();
        private @Nullable A message;

        One(CompletableFuture<Outcome<A>> outcome) {
            this.outcome = outcome;
        }

        @Override
        public void onHeaders(Metadata received) {
            headers = received;
        }

        @Override
        public void onMessage(A received) {
            message = received;
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (status.isOk() && message == null) {
                status = Status.INTERNAL.withDescription("ended without an answer");
            }
            outcome.complete(new Outcome<>(status.isOk() ? message : null, headers, status, trailers));
        }
    }

    /** Told what a stream brings. */
    interface Told<A> {
        /**
         * An answer; the next is read when this returns.
         *
         * @param passage by which its files come; null where the connection carries none
         */
        void answer(A message, @Nullable Passage passage);

        /**
         * Nothing follows.
         *
         * @param failure null where the server completed the stream
         */
        void ended(@Nullable Refused failure);
    }

    /**
     * Opens a stream of answers, told one after another from a virtual thread.
     *
     * @param deadline when to give up; null for never
     * @return calls it off; nothing is told after that, but what is being told
     */
    <Q, A> AutoCloseable stream(MethodDescriptor<Q, A> method, Q message, @Nullable Instant deadline, Told<A> told) {
        var credentials = channels.credentials(SentFiles.none());
        var options = CallOptions.DEFAULT.withCallCredentials(credentials);
        if (deadline != null) {
            options = options.withDeadlineAfter(Duration.between(Instant.now(), deadline));
        }
        var call = channels.link(url).channel().newCall(method, options);
        var listener = new Many<>(call, credentials, told);
        call.start(listener, new Metadata());
        call.request(1);
        call.sendMessage(message);
        call.halfClose();
        return () -> {
            listener.closed = true;
            call.cancel("no longer wanted", null);
        };
    }

    /** A stream that outlives the call in whose course it was opened. */
    <Q, A> AutoCloseable lastingStream(MethodDescriptor<Q, A> method, Q message, Told<A> told) {
        var before = Context.ROOT.attach();
        try {
            return stream(method, message, null, told);
        } finally {
            Context.ROOT.detach(before);
        }
    }

    private final class Many<A> extends ClientCall.Listener<A> {
        private final ClientCall<?, A> call;
        private final TokenCredentials credentials;
        private final Told<A> told;
        private volatile boolean closed;

        Many(ClientCall<?, A> call, TokenCredentials credentials, Told<A> told) {
            this.call = call;
            this.credentials = credentials;
            this.told = told;
        }

        @Override
        public void onMessage(A message) {
            if (!closed) {
                told.answer(message, credentials.passage());
                call.request(1);
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (!closed) {
                told.ended(status.isOk() ? null : RefusalMapping.toRefused(status, trailers, "watch " + url));
            }
        }
    }
}
