package org.nsm4j.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.nsm4j.core.model.Refused;

/**
 * The one thread that writes: what waits while the disk is busy shares the next transaction, so that many writers cost
 * one flush of the disk together. Where a transaction fails, each change is tried by itself, so that nobody suffers for
 * another's.
 *
 * <p>A platform thread, since a native call would pin the carrier of a virtual one for as long as the disk takes.
 */
final class Writer implements AutoCloseable {
    private static final int MOST_TOGETHER = 512;

    private final Connection connection;
    private final Function<SQLException, Refused> refusal;
    private final LinkedBlockingQueue<Job> jobs = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean closed;

    /** A change to the tables. */
    @FunctionalInterface
    interface Change {
        /** Makes it, inside a transaction. */
        void make(Connection connection) throws SQLException;
    }

    private record Job(Change change, CompletableFuture<Boolean> done) {}

    /** Wakes the thread for the last time. */
    private static final Job END = new Job(connection -> {}, new CompletableFuture<>());

    /**
     * Starts the thread.
     *
     * @param connection in auto-commit mode; the thread's own from here on
     * @param refusal says what a failure means
     */
    Writer(Connection connection, Function<SQLException, Refused> refusal) {
        this.connection = connection;
        this.refusal = refusal;
        this.thread = Thread.ofPlatform().daemon().name("registry store").start(this::run);
    }

    /**
     * Makes a change and waits until it is durable.
     *
     * @throws Refused when it could not be made; then nothing has changed
     */
    void write(Change change) {
        var job = new Job(change, new CompletableFuture<>());
        jobs.add(job);
        if (closed && jobs.remove(job)) {
            throw closedStore();
        }
        try {
            job.done.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof Refused refused ? refused : e;
        }
    }

    private static Refused closedStore() {
        return new Refused(Refused.Reason.UNAVAILABLE, "registry store: closed (expected: the program still runs)");
    }

    private void run() {
        var together = new ArrayList<Job>();
        try {
            while (!closed) {
                together.add(jobs.take());
                jobs.drainTo(together, MOST_TOGETHER);
                together.removeIf(job -> job == END);
                write(together);
                together.clear();
            }
        } catch (InterruptedException e) {
            closed = true;
        }
        jobs.drainTo(together);
        together.forEach(job -> job.done.completeExceptionally(closedStore()));
    }

    private void write(List<Job> together) {
        if (together.isEmpty()) {
            return;
        }
        try {
            transact(together);
            together.forEach(job -> job.done.complete(true));
        } catch (SQLException | RuntimeException e) {
            if (together.size() > 1) {
                together.forEach(job -> write(List.of(job)));
            } else {
                together.forEach(
                        job -> job.done.completeExceptionally(e instanceof SQLException s ? refusal.apply(s) : e));
            }
        }
    }

    /**
     * Transactions are spelled out: SQLite ends one by itself when the disk is full, and the driver's own bookkeeping
     * of them does not notice.
     */
    private void transact(List<Job> together) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.executeUpdate("BEGIN IMMEDIATE");
            try {
                for (var job : together) {
                    job.change.make(connection);
                }
                statement.executeUpdate("COMMIT");
            } catch (SQLException | RuntimeException e) {
                rollBack(statement, e);
                throw e;
            }
        }
    }

    private static void rollBack(Statement statement, Exception reason) {
        try {
            statement.executeUpdate("ROLLBACK");
        } catch (SQLException e) {
            reason.addSuppressed(e); // most likely SQLite has rolled back already
        }
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        jobs.add(END);
        thread.join();
    }
}
