package org.nsm4j.grpc.server;

import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.function.Function;
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
    private final OpenStreams open;

    RegistryCalls(
            Registry<T> registry,
            Function<M, T> read,
            Function<T, M> write,
            Function<Registry.Change<T>, R> answer,
            OpenStreams open) {
        this.registry = registry;
        this.read = read;
        this.write = write;
        this.answer = answer;
        this.open = open;
    }

    void register(M message, StreamObserver<M> answers) {
        Answers.unary(answers, () -> {
            var incoming = Incoming.current();
            var path = PathHeader.in(incoming.headers());
            var registered = registry.register(
                    new Registration<>(read.apply(message), path.orElse(TokenPath.EMPTY)), incoming.caller());
            path.ifPresent(_ -> PathHeader.put(incoming.answerHeaders(), registered.path()));
            return write.apply(registered.item());
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
            var caller = Incoming.current().caller();
            var query = read.apply(message);
            if (watch) {
                stream.from(registry.watch(query, new Told(stream), caller));
            } else {
                var found = registry.find(query, caller);
                // Sending may wait for the client, whose readiness would queue behind us on the call's own thread.
                Thread.ofVirtual().name("find").start(() -> send(found, stream));
            }
        } catch (RuntimeException | Error e) {
            stream.fail(e);
        }
    }

    private void send(List<T> found, EventStream<R> stream) {
        try {
            for (var item : found) {
                if (!stream.send(answer.apply(new Registry.Change<>(item, false)))) {
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

        Told(EventStream<R> stream) {
            this.stream = stream;
        }

        @Override
        public void changed(Registry.Change<T> change) {
            stream.send(answer.apply(change));
        }

        @Override
        public void ended(Refused reason) {
            stream.fail(reason);
        }
    }
}
