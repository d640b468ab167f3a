package org.nsm4j.identity.workload;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.grpc.wire.RefusalMapping;
import org.nsm4j.identity.authority.Authority;

/**
 * One open stream: sends a first message, and another whenever it is time or the authority has changed, until the caller
 * goes, or is no longer entitled.
 */
final class Updates<A> {
    private static final System.Logger LOG = System.getLogger(Updates.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private final Authority authority;
    private final ServerCallStreamObserver<A> caller;
    private final Supplier<Update<A>> next;
    private final Scheduler.Turn turn;
    private Authority.Subscription subscription = () -> {};
    private Scheduler.Timer timer = () -> {};
    private @Nullable A last;
    private boolean ended;

    /** A message, and how long it is good for; it is not sent if it equals the one before. */
    record Update<A>(A message, Duration renewAfter) {}

    private Updates(Authority authority, ServerCallStreamObserver<A> caller, Supplier<Update<A>> next) {
        this.authority = authority;
        this.caller = caller;
        this.next = next;
        this.turn = authority.scheduler().turn();
    }

    /** Starts; to be called by the method that serves the stream. */
    static <A> void start(Authority authority, StreamObserver<A> answer, Supplier<Update<A>> next) {
        var updates = new Updates<>(authority, (ServerCallStreamObserver<A>) answer, next);
        updates.caller.setOnCancelHandler(() -> updates.inTurn(updates::end));
        updates.inTurn(() -> {
            updates.subscription = authority.onChange(() -> updates.inTurn(updates::send));
            updates.send();
        });
    }

    private void inTurn(Runnable work) {
        if (!turn.take(PATIENCE)) {
            LOG.log(System.Logger.Level.WARNING, "a stream of the Workload API has been busy for " + PATIENCE);
            return;
        }
        try {
            work.run();
        } finally {
            turn.give();
        }
    }

    private void send() {
        if (ended) {
            return;
        }
        timer.close();
        try {
            var update = next.get();
            timer = authority.scheduler().after(update.renewAfter(), "workload", () -> inTurn(this::send));
            if (!update.message().equals(last)) {
                last = update.message();
                caller.onNext(update.message());
            }
        } catch (Refused e) {
            end();
            LOG.log(System.Logger.Level.INFO, "refused workload reason=" + e.getMessage());
            caller.onError(RefusalMapping.toStatus(e));
        } catch (RuntimeException e) {
            end();
            caller.onError(RefusalMapping.toStatus(e));
        }
    }

    private void end() {
        ended = true;
        timer.close();
        subscription.close();
    }
}
