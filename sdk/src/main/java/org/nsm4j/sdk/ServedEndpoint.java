package org.nsm4j.sdk;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.registry.RefreshRegistration;

/** An endpoint that serves. */
public final class ServedEndpoint implements AutoCloseable {
    private final ConnectionTable connections;
    private final Parts.Listening listening;
    private final List<RefreshRegistration<?>> registrations;
    private final CountDownLatch end = new CountDownLatch(1);

    ServedEndpoint(ConnectionTable connections, Parts.Listening listening, List<RefreshRegistration<?>> registrations) {
        this.connections = connections;
        this.listening = listening;
        this.registrations = List.copyOf(registrations);
    }

    /** How many clients are connected. */
    public int clients() {
        return connections.standing().size();
    }

    /** Waits until {@link #close} is called, by a shutdown hook for example. */
    public void awaitEnd() throws InterruptedException {
        end.await();
    }

    /** Takes the registration back and stops listening; wires that stand are left to their clients and managers. */
    @Override
    public void close() {
        registrations.forEach(RefreshRegistration::close);
        listening.close();
        end.countDown();
    }
}
