package org.nsm4j.identity.authority;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.grpc.spiffe.Identity;
import org.nsm4j.grpc.spiffe.IdentitySource;

/** The identity of a part of this process, straight from its authority, renewed at half its life and at each change. */
public final class AuthoritySource implements IdentitySource {
    private static final System.Logger LOG = System.getLogger(AuthoritySource.class.getName());
    private static final Duration RETRY = Duration.ofSeconds(10);
    private final Authority authority;
    private final SpiffeId id;
    private final CopyOnWriteArrayList<Consumer<Identity>> listeners = new CopyOnWriteArrayList<>();
    private final Scheduler.Turn turn;
    private final Authority.Subscription subscription;
    private volatile Identity current;
    private volatile Scheduler.Timer timer = () -> {};
    private volatile boolean closed;

    /**
     * Issues the first SVID at once.
     *
     * @param id an identity of the authority's trust domain
     * @throws Refused as {@link Authority#issue}
     */
    public AuthoritySource(Authority authority, SpiffeId id) {
        this.authority = authority;
        this.id = id;
        this.turn = authority.scheduler().turn();
        this.current = issue();
        this.subscription = authority.onChange(this::renew);
        schedule(untilHalf(current));
    }

    @Override
    public Identity current() {
        return current;
    }

    @Override
    public AutoCloseable onChange(Consumer<Identity> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public void close() {
        closed = true;
        subscription.close();
        timer.close();
    }

    private Identity issue() {
        var bundle = authority.bundle();
        return new Identity(authority.issue(id), Map.of(bundle.trustDomain(), new LinkedHashSet<>(bundle.roots())));
    }

    private void renew() {
        if (closed || !turn.take(RETRY)) {
            return;
        }
        var wait = RETRY;
        try {
            current = issue();
            wait = untilHalf(current);
            for (var listener : listeners) {
                listener.accept(current);
            }
        } catch (Refused e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "identity " + id + " not renewed, will be tried again: " + e.getMessage());
        } finally {
            schedule(wait);
            turn.give();
        }
    }

    private void schedule(Duration wait) {
        timer.close();
        if (!closed) {
            timer = authority.scheduler().after(wait, "identity " + id, this::renew);
        }
    }

    private Duration untilHalf(Identity identity) {
        return Renewal.untilHalf(identity.svid(), authority.scheduler().now());
    }
}
