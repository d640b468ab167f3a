package org.nsm4j.app.role;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.nsm4j.app.cli.Running;

/** A role that runs until it is told to end; its parts are closed in the order in which they are given. */
final class Ending implements Running {
    private static final System.Logger LOG = System.getLogger(Ending.class.getName());

    private final List<AutoCloseable> parts;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicBoolean closing = new AtomicBoolean();

    Ending(AutoCloseable... parts) {
        this.parts = List.of(parts);
    }

    @Override
    public int await() throws InterruptedException {
        ended.await();
        return 0;
    }

    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        for (var part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, "did not end in order: {0}", e.getMessage());
            }
        }
        ended.countDown();
    }
}
