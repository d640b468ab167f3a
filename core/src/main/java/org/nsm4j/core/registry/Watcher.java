package org.nsm4j.core.registry;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;

/**
 * One watch: a bounded queue between whoever changes things, who never waits, and one listener, who may be slow. A
 * task runs only while something waits to be told.
 */
final class Watcher<T> implements Registry.Watch {
    private static final System.Logger LOG = System.getLogger(Watcher.class.getName());

    private final String subject;
    private final int most;
    private final Registry.Listener<T> listener;
    private final Scheduler scheduler;
    private final Consumer<Watcher<T>> onClose;
    private final Scheduler.Mailbox<List<Registry.Change<T>>> queue;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean deaf = new AtomicBoolean();
    private final AtomicReference<@Nullable Refused> ending = new AtomicReference<>();

    /**
     * A watch that was not told anything yet.
     *
     * @param subject what is watched, for its sentences
     * @param most how many changes it may be behind before it is ended
     * @param onClose told once, when the watch needs no more news
     */
    Watcher(
            String subject,
            int most,
            Registry.Listener<T> listener,
            Scheduler scheduler,
            Consumer<Watcher<T>> onClose) {
        this.subject = subject;
        this.most = most;
        this.listener = listener;
        this.scheduler = scheduler;
        this.onClose = onClose;
        this.queue = scheduler.mailbox();
    }

    /** Queues changes that belong together; never waits. */
    void tell(List<Registry.Change<T>> changes) {
        if (deaf.get()) {
            return;
        }
        if (waiting.get() < most) {
            enqueue(changes);
            return;
        }
        stop();
        ending.set(new Refused(
                Refused.Reason.UNAVAILABLE,
                "watch of %s: %d changes behind (expected: a reader that keeps up; open it again)"
                        .formatted(subject, most)));
        enqueue(List.of()); // the listener may have caught up meanwhile: somebody has to tell it
    }

    private void enqueue(List<Registry.Change<T>> changes) {
        queue.put(changes);
        if (waiting.getAndIncrement() == 0) {
            scheduler.spawn("watch of " + subject, this::deliver);
        }
    }

    private void deliver() {
        do {
            var changes = queue.take(Duration.ZERO);
            var end = ending.getAndSet(null);
            if (end != null) {
                guarded(() -> listener.ended(end));
            } else if (changes != null) {
                for (var change : changes) {
                    if (!deaf.get()) {
                        guarded(() -> listener.changed(change));
                    }
                }
            }
        } while (waiting.decrementAndGet() > 0);
    }

    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            stop();
            LOG.log(System.Logger.Level.WARNING, "watch of " + subject + " ended: its listener failed", e);
        }
    }

    private void stop() {
        if (deaf.compareAndSet(false, true)) {
            onClose.accept(this);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
