package org.nsm4j.testkit.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.schedule.Scheduler;

/**
 * A scheduler under a seed: exactly one task runs at a time; at each use of the scheduler the seed chooses who goes
 * on; time passes only when nobody can run (but for a microsecond a step). The same seed gives the same run.
 *
 * <p>The test's own thread sets up, runs and looks; while nothing runs it may use the scheduler itself, and where it
 * then has to wait, the tasks run meanwhile.
 *
 * <pre>{@code
 * try (var scheduler = new SimulatedScheduler(seed)) {
 *     scheduler.spawn("writer", () -> mailbox.put("hello"));
 *     scheduler.runUntil(() -> read.get(), Duration.ofSeconds(1));
 * }
 * }</pre>
 */
public final class SimulatedScheduler implements Scheduler, AutoCloseable {
    /** How long, in virtual time, {@link #call} waits. */
    private static final Duration CALL = Duration.ofHours(1);

    private final long seed;
    private final Baton baton;
    private final SimulatedProcess own;

    /** A scheduler for one run. */
    public SimulatedScheduler(long seed) {
        this.seed = seed;
        this.baton = new Baton(seed);
        this.own = new SimulatedProcess("", baton);
    }

    /** A process of its own within the simulation. */
    public SimulatedProcess process(String name) {
        return new SimulatedProcess(name, baton);
    }

    /** What replays this run. */
    public long seed() {
        return seed;
    }

    /** The seed's own choices, for faults that are to replay as well. */
    public RandomGenerator random() {
        return baton.random;
    }

    /** Looks at the world after every step; what it throws ends the run and is thrown by it. */
    public void afterEachStep(Runnable check) {
        baton.check(check);
    }

    /** Writes something into the trace. */
    public void note(String what) {
        baton.trace.add(baton.nanos(), null, what);
    }

    /** A number that two runs share only when they went the same way. */
    public long traceHash() {
        return baton.trace.hash();
    }

    /** How many steps were made. */
    public long steps() {
        return baton.trace.count();
    }

    /**
     * Runs for so long in virtual time.
     *
     * @throws AssertionError when a task or a check failed, or when all tasks wait for each other
     */
    public void run(Duration most) {
        baton.run(() -> false, most);
        if (baton.isStuck() && baton.living().stream().anyMatch(each -> each.waitsFor instanceof SimulatedTurn)) {
            throw stuck("deadlock");
        }
    }

    /**
     * Runs until something is so.
     *
     * @param most how long at most, in virtual time
     * @throws AssertionError when that did not come in time, or cannot come any more, or a task or a check failed
     */
    public void runUntil(BooleanSupplier condition, Duration most) {
        if (!baton.run(condition, most)) {
            throw stuck(baton.isStuck() ? "deadlock" : "not reached within " + most);
        }
    }

    /** Does something as a task, and waits for its answer; what it throws is thrown here. */
    public <T extends @Nullable Object> T call(String name, Supplier<T> work) {
        var answer = new AtomicReference<@Nullable Supplier<T>>();
        spawn(name, () -> answer.set(outcome(work)));
        runUntil(() -> answer.get() != null, CALL);
        return java.util.Objects.requireNonNull(answer.get()).get();
    }

    private static <T extends @Nullable Object> Supplier<T> outcome(Supplier<T> work) {
        try {
            var value = work.get();
            return () -> value;
        } catch (RuntimeException | AssertionError e) {
            return () -> {
                throw e;
            };
        }
    }

    private AssertionError stuck(String what) {
        return new AssertionError("%s (seed %d)%n%s".formatted(what, seed, report()));
    }

    /** Who waits for what, and the last steps. */
    public String report() {
        var text = new StringBuilder();
        for (var task : baton.living()) {
            text.append("  task ").append(task);
            var what = task.waitsFor;
            text.append(what == null ? " could run" : " waits for " + what).append('\n');
        }
        return text.append("last steps:\n").append(baton.trace.last()).toString();
    }

    /** Ends every task that is left. */
    @Override
    public void close() {
        baton.end();
    }

    @Override
    public Instant now() {
        return own.now();
    }

    @Override
    public long nanoTime() {
        return own.nanoTime();
    }

    @Override
    public void spawn(String name, Runnable work) {
        own.spawn(name, work);
    }

    @Override
    public Timer after(Duration delay, String name, Runnable work) {
        return own.after(delay, name, work);
    }

    @Override
    public Turn turn() {
        return own.turn();
    }

    @Override
    public <T> Mailbox<T> mailbox() {
        return own.mailbox();
    }

    @Override
    public void pause(Duration duration) {
        own.pause(duration);
    }
}
