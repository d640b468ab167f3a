package org.nsm4j.identity.authority;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.grpc.spiffe.Svid;

/**
 * The authority of a host that joined: an intermediate that signs for the workloads of this host alone, so that they get
 * identities also while the first host is down.
 *
 * <p>It asks the first host for the bundle every minute, and for new certificates at half the life of its own.
 */
public final class NodeAuthority implements Authority {
    private static final System.Logger LOG = System.getLogger(NodeAuthority.class.getName());
    private static final Duration POLL = Duration.ofMinutes(1);
    private final AuthoritySettings settings;
    private final Scheduler scheduler;
    private final MembershipFile file;
    private final Home home;
    private final Scheduler.Turn turn;
    private final Listeners listeners = new Listeners();
    private volatile Membership membership;
    private volatile Scheduler.Timer timer = () -> {};
    private volatile boolean reachable = true;
    private volatile boolean closed;

    /** The first host, from here. */
    @FunctionalInterface
    public interface Home {
        /**
         * Asks for the bundle, and for certificates where keys are given.
         *
         * @throws Refused UNAVAILABLE where it does not answer, NOT_AUTHORIZED where this node was expelled
         */
        Grant renew(Membership membership, Optional<NodeKeys> keys);
    }

    private NodeAuthority(
            AuthoritySettings settings, Scheduler scheduler, MembershipFile file, Home home, Membership membership) {
        this.settings = settings;
        this.scheduler = scheduler;
        this.file = file;
        this.home = home;
        this.turn = scheduler.turn();
        this.membership = membership;
    }

    /**
     * Opens the authority of a host that has joined before.
     *
     * @param directory the host's identity directory
     * @param settings its trust domain is replaced by the one that was joined
     * @throws Refused NOT_FOUND where this host has not joined, INVALID where its file is damaged or open to others
     */
    public static NodeAuthority open(Path directory, AuthoritySettings settings, Scheduler scheduler, Home home) {
        var file = new MembershipFile(directory);
        var membership = file.read()
                .orElseThrow(() -> new Refused(
                        Refused.Reason.NOT_FOUND,
                        "%s: this host has joined no domain (expected: nsm up --join TOKEN first)"
                                .formatted(directory)));
        var own = settings.withTrustDomain(membership.bundle().trustDomain());
        var authority = new NodeAuthority(own, scheduler, file, home, membership);
        authority.scheduleNext();
        return authority;
    }

    /** What this host is in the domain. */
    public Membership membership() {
        return membership;
    }

    /** Asks the first host now; answers whether it did. Also done by itself, every minute. */
    public boolean refresh() {
        if (closed || !turn.take(POLL)) {
            return false;
        }
        try {
            boolean changed = ask(scheduler.now());
            if (!reachable) {
                LOG.log(System.Logger.Level.INFO, "the first host answers again: " + membership.home());
            }
            reachable = true;
            if (changed) {
                listeners.tell();
            }
            return true;
        } catch (Refused e) {
            if (reachable) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "membership not renewed; identities are signed here until "
                                + membership.signing().until() + ": " + e.getMessage());
            }
            reachable = false;
            return false;
        } finally {
            turn.give();
            scheduleNext();
        }
    }

    private boolean ask(Instant now) {
        var before = membership;
        var signing = before.signing();
        var half = signing.until().minus(settings.nodeLife().dividedBy(2));
        var keys = now.isBefore(half) ? Optional.<NodeKeys>empty() : Optional.of(NodeKeys.renewed(signing.jwtKey()));
        var grant = home.renew(before, keys);
        if (!grant.bundle().trustDomain().equals(settings.trustDomain())
                || grant.bundle().roots().isEmpty()) {
            throw new Refused(
                    Refused.Reason.INVALID, "grant: no bundle of %s (expected: one)".formatted(settings.trustDomain()));
        }
        var after = keys.map(sent -> Membership.of(before.node(), before.home(), sent, grant))
                .orElseGet(() -> before.with(grant.bundle()));
        if (keys.isEmpty() && after.bundle().equals(before.bundle())) {
            return false;
        }
        file.write(after);
        membership = after;
        return true;
    }

    private void scheduleNext() {
        timer.close();
        if (!closed) {
            timer = scheduler.after(POLL, "membership of " + membership.node(), this::refresh);
        }
    }

    @Override
    public AuthoritySettings settings() {
        return settings;
    }

    @Override
    public Scheduler scheduler() {
        return scheduler;
    }

    @Override
    public Bundle bundle() {
        return membership.bundle();
    }

    @Override
    public Svid issue(SpiffeId id) {
        return membership.signing().issue(id, settings, scheduler.now());
    }

    @Override
    public String issueToken(SpiffeId id, List<String> audience) {
        return JwtSvids.issue(membership.signing(), id, audience, settings, scheduler.now());
    }

    @Override
    public Subscription onChange(Runnable listener) {
        return listeners.add(listener);
    }

    @Override
    public void close() {
        closed = true;
        timer.close();
    }
}
