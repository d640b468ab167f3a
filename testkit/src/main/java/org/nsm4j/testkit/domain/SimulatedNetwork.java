package org.nsm4j.testkit.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.testkit.schedule.SimulatedProcess;
import org.nsm4j.testkit.schedule.SimulatedScheduler;

/**
 * Calls between the processes of a simulation, with delays and faults that the seed chooses. A call that got no answer
 * in time ends with {@link Refused.Reason#DEADLINE}, one whose callee is down or crashes with
 * {@link Refused.Reason#UNAVAILABLE}; in both cases the callee may have done what it was asked.
 */
public final class SimulatedNetwork {
    private final SimulatedScheduler scheduler;
    private final Map<Url, Listening> servers = new HashMap<>();
    private final List<Pending> pending = new ArrayList<>();
    private final List<NetworkStream> streams = new ArrayList<>();
    private Faults faults = Faults.NONE;

    /** A network that works. */
    public SimulatedNetwork(SimulatedScheduler scheduler) {
        this.scheduler = scheduler;
    }

    private record Listening(SimulatedProcess process, Object service) {}

    private record Pending(SimulatedProcess callee, Scheduler.Mailbox<Outcome> reply) {}

    /** How a call ended. */
    private sealed interface Outcome {
        /** With a value. */
        record Value(Object value) implements Outcome {}

        /** With a failure. */
        record Failure(RuntimeException thrown) implements Outcome {}
    }

    /** Behaves so from now on. */
    public void suffer(Faults newFaults) {
        faults = newFaults;
    }

    /** Serves a URL, in place of whoever served it before. */
    public void serve(Url url, SimulatedProcess process, Object service) {
        servers.put(url, new Listening(process, service));
    }

    /** Watches the connections of the process behind a URL; where nobody is there, the stream ends at once. */
    AutoCloseable watch(SimulatedProcess from, Url url, Selector selector, Hop.Listener listener) {
        var serving = servers.get(url);
        if (serving == null || serving.process().crashed() || !(serving.service() instanceof Peer peer)) {
            from.spawn("watch " + url, () -> listener.ended(unavailable("%s: nobody is there".formatted(url))));
            return () -> {};
        }
        var stream = new NetworkStream(serving.process(), from, listener);
        streams.removeIf(each -> each.server().crashed());
        streams.add(stream);
        from.spawn("read " + url, () -> stream.read(scheduler.random(), faults.longest()));
        var subscription = peer.events().subscribe(selector, stream);
        return () -> {
            streams.remove(stream);
            stream.close();
            subscription.close();
        };
    }

    /** Breaks one of the streams that are open, as a network does that forgets a connection. */
    public void breakSomeStream() {
        if (!streams.isEmpty()) {
            streams.remove(scheduler.random().nextInt(streams.size())).ended(unavailable("the stream broke"));
        }
    }

    /** Ends the calls and streams to a process that has crashed. */
    public void broken(SimulatedProcess process) {
        for (var stream : List.copyOf(streams)) {
            if (stream.server() == process) {
                streams.remove(stream);
                stream.ended(unavailable(process.name() + ": the stream broke"));
            }
        }
        for (var each : List.copyOf(pending)) {
            if (each.callee() == process) {
                each.reply().put(new Outcome.Failure(unavailable(process.name() + ": the connection broke")));
            }
        }
        pending.removeIf(each -> each.callee() == process);
    }

    /**
     * Calls a service and waits for its answer.
     *
     * @param from who calls
     * @param type what is served at the URL
     * @param cancel told how to stop to wait
     */
    public <S, T> T call(
            SimulatedProcess from,
            Url url,
            Class<S> type,
            Instant deadline,
            Function<S, T> work,
            Consumer<Runnable> cancel) {
        var reply = from.<Outcome>mailbox();
        cancel.accept(() -> reply.put(
                new Outcome.Failure(new Refused(Refused.Reason.CANCELLED, "call to %s: called off".formatted(url)))));
        send(url, type, work, reply);
        if (chance(faults.duplicate())) {
            send(url, type, work, reply);
        }
        var outcome = reply.take(Duration.between(from.now(), deadline));
        return switch (outcome) {
            case null ->
                throw new Refused(
                        Refused.Reason.DEADLINE, "call to %s: no answer (expected: one in time)".formatted(url));
            case Outcome.Failure failure -> throw failure.thrown();
            case Outcome.Value value -> cast(value.value());
        };
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T> T cast(Object value) {
        return (T) value;
    }

    private <S> void send(Url url, Class<S> type, Function<S, ?> work, Scheduler.Mailbox<Outcome> reply) {
        if (!chance(faults.drop())) {
            scheduler.after(delay(), "deliver to " + url, () -> deliver(url, type, work, reply));
        }
    }

    private <S> void deliver(Url url, Class<S> type, Function<S, ?> work, Scheduler.Mailbox<Outcome> reply) {
        var server = servers.get(url);
        if (server == null || server.process().crashed()) {
            reply.put(new Outcome.Failure(unavailable("%s: nobody is there".formatted(url))));
            return;
        }
        var waiting = new Pending(server.process(), reply);
        pending.add(waiting);
        var service = type.cast(server.service());
        server.process().spawn("serve " + url, () -> {
            var outcome = outcome(work, service);
            pending.remove(waiting);
            if (!chance(faults.drop())) {
                scheduler.after(delay(), "answer from " + url, () -> reply.put(outcome));
            }
        });
    }

    private static <S> Outcome outcome(Function<S, ?> work, S service) {
        try {
            return new Outcome.Value(work.apply(service));
        } catch (Refused e) {
            return new Outcome.Failure(e);
        }
    }

    private static Refused unavailable(String message) {
        return new Refused(Refused.Reason.UNAVAILABLE, message);
    }

    private boolean chance(double share) {
        return share > 0 && scheduler.random().nextDouble() < share;
    }

    private Duration delay() {
        return Duration.ofNanos(scheduler.random().nextLong(1, faults.longest().toNanos()));
    }
}
