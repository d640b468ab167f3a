package org.nsm4j.grpc.client;

import com.google.protobuf.Empty;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.registry.Registration;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.grpc.passing.Passage;
import org.nsm4j.grpc.passing.SentFiles;
import org.nsm4j.grpc.wire.PathHeader;

/**
 * A registry of another program.
 *
 * @param <T> the thing
 * @param <M> its message
 * @param <Q> the message of a query
 * @param <R> the message of an answer to a query
 */
final class RemoteRegistry<T, M, Q, R> implements Registry<T> {
    private static final System.Logger LOG = System.getLogger(RemoteRegistry.class.getName());
    /** How long a call may take when its caller set no deadline; upstream's retry client's try timeout. */
    private static final Duration CALL = Duration.ofSeconds(15);
    /** How long the file of something that was found may take. */
    private static final Duration FILE = Duration.ofSeconds(3);
    /** The most that a find may bring. */
    private static final int MOST_FOUND = 65_536;

    private final Calls calls;
    private final Url url;
    private final Methods<M, Q, R> methods;
    private final Messages<T, M, Q, R> messages;
    private final Files<T> files;

    RemoteRegistry(Calls calls, Url url, Methods<M, Q, R> methods, Messages<T, M, Q, R> messages, Files<T> files) {
        this.calls = calls;
        this.url = url;
        this.methods = methods;
        this.messages = messages;
        this.files = files;
    }

    /** The files that things of a kind bring along. */
    interface Files<T> {
        /** A thing with its URLs changed. */
        T change(T item, UnaryOperator<String> urls);

        /** What is to be sent with a thing. */
        SentFiles sent();

        /** Takes the files of something that was found. */
        void receive(Change<T> change, Passage passage, Instant deadline);

        /** Things without files. */
        static <T> Files<T> none() {
            return new Files<>() {
                @Override
                public T change(T item, UnaryOperator<String> urls) {
                    return item;
                }

                @Override
                public SentFiles sent() {
                    return SentFiles.none();
                }

                @Override
                public void receive(Change<T> change, Passage passage, Instant deadline) {}
            };
        }
    }

    /** The calls of one kind of registry. */
    record Methods<M, Q, R>(
            MethodDescriptor<M, M> register, MethodDescriptor<Q, R> find, MethodDescriptor<M, Empty> unregister) {}

    /** How its messages are made and read. */
    record Messages<T, M, Q, R>(
            Function<T, M> write,
            Function<M, T> read,
            BiFunction<M, Boolean, Q> query,
            Function<R, M> found,
            Predicate<R> deleted) {
        Change<T> change(R answer) {
            return new Change<>(read.apply(found.apply(answer)), deleted.test(answer));
        }
    }

    private static Instant deadline(Caller caller) {
        var deadline = caller.deadline();
        return deadline != null ? deadline : Instant.now().plus(CALL);
    }

    private static Metadata headers(Registration<?> registration) {
        // Always, even when it is empty: without it upstream's policies see no token at all (wire §5.5).
        var headers = new Metadata();
        PathHeader.put(headers, registration.path());
        return headers;
    }

    @Override
    public Registration<T> register(Registration<T> registration, Caller caller) {
        try (var sent = files.sent()) {
            var answer = calls.unary(
                    methods.register,
                    messages.write.apply(files.change(registration.item(), sent::send)),
                    headers(registration),
                    sent,
                    deadline(caller),
                    _ -> {});
            return new Registration<>(
                    files.change(messages.read.apply(answer.message()), sent::back),
                    PathHeader.in(answer.headers()).orElse(registration.path()));
        }
    }

    /** Runs to its own deadline, for it may be the cleaning up after a call that was cancelled. */
    @Override
    public void unregister(Registration<T> registration, Caller caller) {
        var before = Context.ROOT.attach();
        try (var sent = files.sent()) {
            calls.unary(
                    methods.unregister,
                    messages.write.apply(files.change(registration.item(), sent::send)),
                    headers(registration),
                    sent,
                    deadline(caller),
                    _ -> {});
        } finally {
            Context.ROOT.detach(before);
        }
    }

    @Override
    public List<T> find(T query, Caller caller) {
        var found = new CompletableFuture<List<T>>();
        var collector = new Collector(found);
        var stream = calls.stream(
                methods.find, messages.query.apply(messages.write.apply(query), false), deadline(caller), collector);
        try {
            return found.get();
        } catch (InterruptedException e) {
            close(stream);
            Thread.currentThread().interrupt();
            throw new Refused(Refused.Reason.CANCELLED, "finding at %s was interrupted".formatted(url), e);
        } catch (ExecutionException e) {
            close(stream);
            if (e.getCause() instanceof Refused refused) {
                throw refused;
            }
            throw new Refused(Refused.Reason.INTERNAL, "cannot find at %s: %s".formatted(url, e.getCause()), e);
        }
    }

    private static void close(AutoCloseable stream) {
        try {
            stream.close();
        } catch (Exception e) {
            throw new IllegalStateException("calling off a stream failed", e);
        }
    }

    /** What a find brought; null where it cannot be read, which must not hide what else there is. */
    private @Nullable Change<T> read(R message, @Nullable Passage passage) {
        try {
            var change = messages.change(message);
            if (passage != null) {
                files.receive(change, passage, Instant.now().plus(FILE));
            }
            return change;
        } catch (Refused e) {
            LOG.log(System.Logger.Level.WARNING, "{0} answers what cannot be read: {1}", url, e.getMessage());
            return null;
        }
    }

    private final class Collector implements Calls.Told<R> {
        private final CompletableFuture<List<T>> found;
        private final List<T> items = new ArrayList<>();

        Collector(CompletableFuture<List<T>> found) {
            this.found = found;
        }

        @Override
        public void answer(R message, @Nullable Passage passage) {
            if (items.size() >= MOST_FOUND) {
                found.completeExceptionally(new Refused(
                        Refused.Reason.NO_CAPACITY,
                        "%s: more than %d answers (expected: a narrower query)".formatted(url, MOST_FOUND)));
                return;
            }
            var change = read(message, passage);
            if (change != null && !change.deleted()) {
                items.add(change.item());
            }
        }

        @Override
        public void ended(@Nullable Refused failure) {
            if (failure == null) {
                found.complete(items);
            } else {
                found.completeExceptionally(failure);
            }
        }
    }

    @Override
    public Watch watch(T query, Listener<T> listener, Caller caller) {
        var stream = calls.lastingStream(
                methods.find, messages.query.apply(messages.write.apply(query), true), new Told(listener));
        return () -> close(stream);
    }

    private final class Told implements Calls.Told<R> {
        private final Listener<T> listener;

        Told(Listener<T> listener) {
            this.listener = listener;
        }

        @Override
        public void answer(R message, @Nullable Passage passage) {
            var change = read(message, passage);
            if (change != null) {
                listener.changed(change);
            }
        }

        @Override
        public void ended(@Nullable Refused failure) {
            listener.ended(
                    failure != null
                            ? failure
                            : new Refused(Refused.Reason.UNAVAILABLE, "%s ended the watch".formatted(url)));
        }
    }
}
