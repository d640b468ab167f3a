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
    /** After how long a stream to a node that cannot be reached any more is given up. */
    private static final Duration KEEPALIVE = Duration.ofSeconds(10);

    private final SimulatedScheduler scheduler;
    private final Underlay underlay;
    private final Function<SimulatedProcess, String> nodeOf;
    private final Map<Url, Listening> servers = new HashMap<>();
    private final List<Pending> pending = new ArrayList<>();
    private final List<NetworkStream> streams = new ArrayList<>();
    private Faults faults = Faults.NONE;

    /**
     * A network that works.
     *
     * @param nodeOf which node a process is on; empty for one that is on none
     */
    SimulatedNetwork(SimulatedScheduler scheduler, Underlay underlay, Function<SimulatedProcess, String> nodeOf) {
        this.scheduler = scheduler;
        this.underlay = underlay;
        this.nodeOf = nodeOf;
    }

    private boolean reaches(SimulatedProcess from, SimulatedProcess to) {
        return underlay.reaches(nodeOf.apply(from), nodeOf.apply(to));
    }

    private record Listening(SimulatedProcess process, Object service) {}

    private record Asked<S>(SimulatedProcess from, Url url, Class<S> type, Function<S, ?> work, boolean twice) {}

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
        if (serving == null
                || serving.process().crashed()
                || !reaches(from, serving.process())
                || !(serving.service() instanceof Peer peer)) {
            from.spawn("watch " + url, () -> listener.ended(unavailable("%s: nobody is there".formatted(url))));
            return () -> {};
        }
        var stream = new NetworkStream(serving.process(), from, listener, () -> reaches(serving.process(), from));
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

    /** Gives up what goes over ways that stay cut. */
    void doubt() {
        scheduler.after(KEEPALIVE, "keepalive", () -> {
            for (var stream : List.copyOf(streams)) {
                if (!reaches(stream.server(), stream.watcher()) || !reaches(stream.watcher(), stream.server())) {
                    streams.remove(stream);
                    stream.ended(unavailable(stream.server().name() + ": does not answer any more"));
                }
            }
        });
    }

    /** As {@link #broken} for a process whose whole machine is gone: nobody is told, so it takes a while to notice. */
    void vanished(SimulatedProcess process) {
        scheduler.after(KEEPALIVE, "keepalive", () -> broken(process));
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
        boolean twice = chance(faults.duplicate());
        return call(new Asked<>(from, url, type, work, twice), deadline, cancel);
    }

    /** As {@link #call}, for what makes something new each time: the transport under it asks once at most. */
    <S, T> T callOnce(
            SimulatedProcess from,
            Url url,
            Class<S> type,
            Instant deadline,
            Function<S, T> work,
            Consumer<Runnable> cancel) {
        return call(new Asked<>(from, url, type, work, false), deadline, cancel);
    }

    private <S, T> T call(Asked<S> asked, Instant deadline, Consumer<Runnable> cancel) {
        var from = asked.from();
        var url = asked.url();
        var reply = from.<Outcome>mailbox();
        cancel.accept(() -> reply.put(
                new Outcome.Failure(new Refused(Refused.Reason.CANCELLED, "call to %s: called off".formatted(url)))));
        send(asked, reply);
        if (asked.twice()) {
            send(asked, reply);
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

    private <S> void send(Asked<S> asked, Scheduler.Mailbox<Outcome> reply) {
        if (!chance(faults.drop())) {
            scheduler.after(delay(), "deliver to " + asked.url(), () -> deliver(asked, reply));
        }
    }

    private <S> void deliver(Asked<S> asked, Scheduler.Mailbox<Outcome> reply) {
        var server = servers.get(asked.url());
        var from = asked.from();
        if (server != null && !reaches(from, server.process())) {
            return;
        }
        if (server == null || server.process().crashed()) {
            reply.put(new Outcome.Failure(unavailable("%s: nobody is there".formatted(asked.url()))));
            return;
        }
        var waiting = new Pending(server.process(), reply);
        pending.add(waiting);
        var service = asked.type().cast(server.service());
        server.process().spawn("serve " + asked.url(), () -> {
            var outcome = outcome(asked.work(), service);
            pending.remove(waiting);
            if (!chance(faults.drop()) && reaches(server.process(), from)) {
                scheduler.after(delay(), "answer from " + asked.url(), () -> reply.put(outcome));
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
