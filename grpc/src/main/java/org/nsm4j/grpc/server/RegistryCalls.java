package org.nsm4j.grpc.server;

import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.registry.Registration;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.core.registry.TokenPath;
import org.nsm4j.grpc.wire.PathHeader;

/**
 * What both registries do with their messages.
 *
 * @param <T> the thing
 * @param <M> its message
 * @param <R> the message of an answer to a find
 */
final class RegistryCalls<T, M, R> {
    private final Registry<T> registry;
    private final Function<M, T> read;
    private final Function<T, M> write;
    private final Function<Registry.Change<T>, R> answer;
    private final Files<T> files;
    private final OpenStreams open;

    /** The files that things of a kind bring along. */
    interface Files<T> {
        /** Takes those of a thing that is to be registered. */
        void receive(T item, Incoming incoming, PassedFiles files);

        /** Sends those of a thing that was found, and says how it is told; empty where it is not to be. */
        Optional<Registry.Change<T>> send(Registry.Change<T> change, Incoming incoming);

        /** Things without files. */
        static <T> Files<T> none() {
            return new Files<>() {
                @Override
                public void receive(T item, Incoming incoming, PassedFiles files) {}

                @Override
                public Optional<Registry.Change<T>> send(Registry.Change<T> change, Incoming incoming) {
                    return Optional.of(change);
                }
            };
        }
    }

    RegistryCalls(
            Registry<T> registry,
            Function<M, T> read,
            Function<T, M> write,
            Function<Registry.Change<T>, R> answer,
            Files<T> files,
            OpenStreams open) {
        this.registry = registry;
        this.read = read;
        this.write = write;
        this.answer = answer;
        this.files = files;
        this.open = open;
    }

    void register(M message, StreamObserver<M> answers) {
        Answers.unary(answers, () -> {
            var incoming = Incoming.current();
            var path = PathHeader.in(incoming.headers());
            var item = read.apply(message);
            try (var brought = new PassedFiles()) {
                files.receive(item, incoming, brought);
                var registered = registry.register(
                        new Registration<>(item, path.orElse(TokenPath.EMPTY)),
                        incoming.caller().with(brought));
                path.ifPresent(_ -> PathHeader.put(incoming.answerHeaders(), registered.path()));
                return write.apply(registered.item());
            }
        });
    }

    void unregister(M message, StreamObserver<Empty> answers) {
        Answers.unary(answers, () -> {
            var incoming = Incoming.current();
            var path = PathHeader.in(incoming.headers());
            registry.unregister(
                    new Registration<>(read.apply(message), path.orElse(TokenPath.EMPTY)), incoming.caller());
            path.ifPresent(sent -> PathHeader.put(incoming.answerHeaders(), sent));
            return Empty.getDefaultInstance();
        });
    }

    void find(M message, boolean watch, StreamObserver<R> answers) {
        var stream = EventStream.over(answers, open);
        try {
            var incoming = Incoming.current();
            var query = read.apply(message);
            if (watch) {
                stream.from(registry.watch(query, new Told(stream, incoming), incoming.caller()));
            } else {
                var found = registry.find(query, incoming.caller());
                // Sending may wait for the client, whose readiness would queue behind us on the call's own thread.
                Thread.ofVirtual().name("find").start(() -> send(found, incoming, stream));
            }
        } catch (RuntimeException | Error e) {
            stream.fail(e);
        }
    }

    private void send(List<T> found, Incoming incoming, EventStream<R> stream) {
        try {
            for (var item : found) {
                var told = files.send(new Registry.Change<>(item, false), incoming);
                if (told.isPresent() && !stream.send(answer.apply(told.get()))) {
                    return;
                }
            }
            stream.close();
        } catch (RuntimeException | Error e) {
            stream.fail(e);
        }
    }

    private final class Told implements Registry.Listener<T> {
        private final EventStream<R> stream;
        private final Incoming incoming;

        Told(EventStream<R> stream, Incoming incoming) {
            this.stream = stream;
            this.incoming = incoming;
        }

        @Override
        public void changed(Registry.Change<T> change) {
            files.send(change, incoming).ifPresent(told -> stream.send(answer.apply(told)));
        }

        @Override
        public void ended(Refused reason) {
            stream.fail(reason);
        }
    }
}
