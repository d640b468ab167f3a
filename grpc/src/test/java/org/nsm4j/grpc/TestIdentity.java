package org.nsm4j.grpc;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.nsm4j.grpc.spiffe.Identity;
import org.nsm4j.grpc.spiffe.IdentitySource;

/** An identity that the test replaces. */
public final class TestIdentity implements IdentitySource {
    private volatile Identity identity;
    private final List<Consumer<Identity>> listeners = new CopyOnWriteArrayList<>();

    public TestIdentity(Identity identity) {
        this.identity = identity;
    }

    @Override
    public Identity current() {
        return identity;
    }

    public void rotate(Identity next) {
        identity = next;
        listeners.forEach(each -> each.accept(next));
    }

    @Override
    public AutoCloseable onChange(Consumer<Identity> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public void close() {}
}
