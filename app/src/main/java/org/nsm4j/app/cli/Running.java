package org.nsm4j.app.cli;

/** A role that was started. */
public interface Running extends AutoCloseable {
    /**
     * Waits until it ends by itself, or was closed.
     *
     * @return the exit code
     */
    int await() throws InterruptedException;

    /** Ends it in order; called once, perhaps by another thread than the one that waits. */
    @Override
    void close();
}
