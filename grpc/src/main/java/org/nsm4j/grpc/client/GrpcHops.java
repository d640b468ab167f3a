package org.nsm4j.grpc.client;

import io.grpc.Context;
import io.grpc.Metadata;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.nsm4j.api.connection.MonitorConnectionGrpc;
import org.nsm4j.api.networkservice.NetworkServiceGrpc;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.model.Url;
import org.nsm4j.grpc.passing.FileKind;
import org.nsm4j.grpc.passing.Passage;
import org.nsm4j.grpc.passing.PassedUrls;
import org.nsm4j.grpc.passing.ReceivedFiles;
import org.nsm4j.grpc.passing.SentFiles;
import org.nsm4j.grpc.transport.PeerProcess;
import org.nsm4j.grpc.wire.ConnectionMapping;
import org.nsm4j.linux.KernelRefused;

/**
 * Other hops, over gRPC.
 *
 * <p>A request that is made in the course of a call that we serve ends when that call is cancelled or its time is up; a
 * close runs to its own deadline, for it may well be the cleaning up after a call that was cancelled.
 */
public final class GrpcHops implements Hop.Directory {
    private final Channels channels;
    private final AnswerCheck check;

    /** Hops that are reached over shared connections. */
    public GrpcHops(Channels channels) {
        this(channels, AnswerCheck.NONE);
    }

    /**
     * Hops whose answers are looked at before they count.
     *
     * @param check refuses what is not to be taken
     */
    public GrpcHops(Channels channels, AnswerCheck check) {
        this.channels = channels;
        this.check = check;
    }

    @Override
    public Hop at(Url url) {
        return new GrpcHop(
                new Calls(channels, url),
                url,
                url.isLocal() && channels.passing().paths(),
                check);
    }

    /**
     * A hop.
     *
     * @param paths whether namespaces that are named by path are passed as files
     */
    private record GrpcHop(Calls calls, Url url, boolean paths, AnswerCheck check) implements Hop {
        @Override
        public Connection request(Request request, PassedFiles files, Instant deadline, Consumer<Runnable> cancel) {
            try (var sent = new SentFiles(files, paths)) {
                var answer = calls.unary(
                        NetworkServiceGrpc.getRequestMethod(),
                        ConnectionMapping.write(PassedUrls.change(request, sent::send)),
                        new Metadata(),
                        sent,
                        deadline,
                        cancel);
                var connection = ConnectionMapping.read(answer.message());
                if (answer.passage() != null && files != PassedFiles.NONE) {
                    take(connection, sent, answer.passage(), deadline, files);
                }
                var told = PassedUrls.change(connection, sent::back);
                check(request, told, files, answer.passage());
                return told;
            }
        }

        private void check(Request asked, Connection answer, PassedFiles files, @Nullable Passage passage) {
            if (check == AnswerCheck.NONE) {
                return;
            }
            if (passage == null) {
                check.check(asked, answer, files, Optional.empty());
                return;
            }
            try (var answering = passage.look(PeerProcess::of)) {
                check.check(asked, answer, files, Optional.of(answering));
            } catch (KernelRefused e) {
                throw new Refused(
                        Refused.Reason.UNAVAILABLE,
                        "cannot tell who answered at %s: %s (expected: a connection that stands)"
                                .formatted(url, e.getMessage()),
                        e);
            }
        }

        /** Takes the namespace that the other side answered with, unless it is the one that it was asked with. */
        private static void take(
                Connection connection, SentFiles sent, Passage passage, Instant deadline, PassedFiles files) {
            ReceivedFiles.take(
                    connection,
                    (each, change) -> PassedUrls.change(each, url -> sent.isSent(url) ? url : change.apply(url)),
                    FileKind.NAMESPACE,
                    passage,
                    deadline,
                    files);
        }

        @Override
        public void close(Connection connection, Instant deadline) {
            var before = Context.ROOT.attach();
            try (var sent = new SentFiles(PassedFiles.NONE, paths)) {
                calls.unary(
                        NetworkServiceGrpc.getCloseMethod(),
                        ConnectionMapping.write(PassedUrls.change(connection, sent::send)),
                        new Metadata(),
                        sent,
                        deadline,
                        _ -> {});
            } finally {
                Context.ROOT.detach(before);
            }
        }

        @Override
        public AutoCloseable monitor(Selector selector, Listener listener) {
            return calls.lastingStream(
                    MonitorConnectionGrpc.getMonitorConnectionsMethod(),
                    ConnectionMapping.write(selector),
                    new Watch(url, listener));
        }
    }

    private record Watch(Url url, Hop.Listener listener)
            implements Calls.Told<org.nsm4j.api.connection.ConnectionEvent> {
        @Override
        public void answer(org.nsm4j.api.connection.ConnectionEvent message, @Nullable Passage passage) {
            ConnectionEvent event;
            try {
                event = ConnectionMapping.read(message);
            } catch (Refused e) {
                System.getLogger(GrpcHops.class.getName())
                        .log(System.Logger.Level.WARNING, "{0} reports what cannot be read: {1}", url, e.getMessage());
                return;
            }
            listener.event(event);
        }

        @Override
        public void ended(@Nullable Refused failure) {
            listener.ended(
                    failure != null
                            ? failure
                            : new Refused(Refused.Reason.UNAVAILABLE, "%s ended the stream of events".formatted(url)));
        }
    }
}
