package org.nsm4j.grpc.neighbour;

import io.grpc.Context;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Selector;
import org.nsm4j.grpc.server.Incoming;

/**
 * A hop that may be a role of this process.
 *
 * <p>As over a socket, a request ends when the call that it is made for is cancelled, and a close does not; the events
 * of a role come from its own hub.
 */
record NeighbourHop(Supplier<Optional<Neighbour>> neighbour, Hop remote, Asker asker) implements Hop {
    @Override
    public Connection request(Request request, PassedFiles files, Instant deadline, Consumer<Runnable> cancel) {
        var near = neighbour.get();
        if (near.isEmpty()) {
            return remote.request(request, files, deadline, cancel);
        }
        try (var own = new PassedFiles()) {
            // as over a socket: what the call brings is open there until it ends, also when nobody here asked for it
            var caller = asker.before(near.get(), deadline).with(files == PassedFiles.NONE ? own : files);
            return ask(near.get(), request, caller, cancel);
        }
    }

    private static Connection ask(Neighbour near, Request request, Caller caller, Consumer<Runnable> cancel) {
        try (var context = Incoming.ofNeighbour(Context.current(), caller).withCancellation()) {
            cancel.accept(() -> context.cancel(null));
            var before = context.attach();
            try {
                return near.requests().request(request, caller);
            } catch (RuntimeException e) {
                throw said(e);
            } finally {
                context.detach(before);
            }
        }
    }

    @Override
    public void close(Connection connection, Instant deadline) {
        var near = neighbour.get();
        if (near.isEmpty()) {
            remote.close(connection, deadline);
            return;
        }
        var caller = asker.before(near.get(), deadline);
        var context = Incoming.ofNeighbour(Context.ROOT, caller);
        var before = context.attach();
        try {
            near.get().requests().close(connection, caller);
        } catch (RuntimeException e) {
            throw said(e);
        } finally {
            context.detach(before);
        }
    }

    /** What is no refusal is a bug of that role, and not of the one that asks. */
    private static Refused said(RuntimeException failure) {
        if (failure instanceof Refused refused) {
            return refused;
        }
        System.getLogger(NeighbourHop.class.getName())
                .log(System.Logger.Level.ERROR, "a call within the process failed by a bug", failure);
        return new Refused(
                Refused.Reason.INTERNAL,
                "bug: %s (expected: none; the log of this hop has it)".formatted(failure),
                failure);
    }

    @Override
    public AutoCloseable monitor(Selector selector, Listener listener) {
        var near = neighbour.get();
        return near.isEmpty()
                ? remote.monitor(selector, listener)
                : near.get().events().subscribe(selector, asker.before(near.get(), Instant.MAX), listener);
    }
}
