package org.nsm4j.identity.authority;

import com.nimbusds.jose.jwk.ECKey;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.grpc.spiffe.Svid;

/**
 * The root of a trust domain, kept in a directory of the first host; made at the first start, and the same at each later
 * one.
 *
 * <p>A root is followed by the next in time: that is made, and put in the bundle, when a third of the life is left, and
 * signs when a sixth is left; the old one stays in the bundle until it ends. So no peer ever meets a signature by a root
 * that it has not heard of, if it asks for the bundle once in a sixth of that life.
 */
public final class RootAuthority implements Authority {
    private static final System.Logger LOG = System.getLogger(RootAuthority.class.getName());
    private static final Duration LONGEST_SLEEP = Duration.ofHours(1);
    private final AuthoritySettings settings;
    private final Scheduler scheduler;
    private final AuthorityFile file;
    private final Scheduler.Turn turn;
    private final Listeners listeners = new Listeners();
    private volatile List<Generation> generations;
    private volatile Generation active;
    private volatile Supplier<List<ECKey>> nodeKeys = List::of;
    private volatile Scheduler.Timer timer = () -> {};
    private volatile boolean closed;

    private RootAuthority(
            AuthoritySettings settings, Scheduler scheduler, AuthorityFile file, List<Generation> generations) {
        this.settings = settings;
        this.scheduler = scheduler;
        this.file = file;
        this.turn = scheduler.turn();
        this.generations = generations;
        this.active = signing(generations, scheduler.now());
    }

    /**
     * Opens the authority of a directory, and makes it where there is none yet.
     *
     * @param directory ours alone (mode 0700); made if it is not there, its parent too
     * @throws Refused INVALID where its file is damaged, of another trust domain, or open to others: with the cure
     */
    public static RootAuthority open(Path directory, AuthoritySettings settings, Scheduler scheduler) {
        var file = new AuthorityFile(StateFile.in(directory, "authority.json"), settings.trustDomain());
        var now = scheduler.now();
        var generations = file.read().orElseGet(() -> file.create(List.of(Generation.newRoot(settings, now, now))));
        var authority = new RootAuthority(settings, scheduler, file, generations);
        authority.maintain();
        return authority;
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
        var all = generations;
        var keys = Stream.concat(all.stream().map(Generation::jwtKey), nodeKeys.get().stream());
        return new Bundle(
                settings.trustDomain(),
                all.stream().map(Generation::certificate).toList(),
                keys.toList());
    }

    @Override
    public Svid issue(SpiffeId id) {
        return active.issue(id, settings, scheduler.now());
    }

    @Override
    public String issueToken(SpiffeId id, List<String> audience) {
        return JwtSvids.issue(active, id, audience, settings, scheduler.now());
    }

    @Override
    public Subscription onChange(Runnable listener) {
        return listeners.add(listener);
    }

    /** The root that signs at this moment: what a join token pins. */
    public X509Certificate root() {
        return active.certificate();
    }

    /** Signs an identity for somebody else's key, which the caller has proven. */
    public X509Certificate sign(SpiffeId id, PublicKey key, Duration life) {
        Generation.check(id, settings);
        var signing = active;
        return Certificates.svid(signing.signature(), id, key, signing.validity(life, settings, scheduler.now()));
    }

    /** Signs the intermediate authority of a node: for leaves of this trust domain only. */
    public X509Certificate signNode(String node, PublicKey key) {
        var signing = active;
        return Certificates.node(
                signing.signature(),
                settings.trustDomain(),
                node,
                key,
                signing.validity(settings.nodeLife(), settings, scheduler.now()));
    }

    /** From where to take the public keys that joined nodes sign JWT-SVIDs with; they are part of the bundle. */
    public void nodeKeys(Supplier<List<ECKey>> source) {
        nodeKeys = source;
        listeners.tell();
    }

    /** To be called when what the supplier of {@link #nodeKeys} answers has changed. */
    public void nodeKeysChanged() {
        listeners.tell();
    }

    @Override
    public void close() {
        closed = true;
        timer.close();
    }

    private void maintain() {
        if (closed) {
            return;
        }
        boolean changed = false;
        if (turn.take(LONGEST_SLEEP)) {
            try {
                changed = advance(scheduler.now());
            } catch (Refused e) {
                LOG.log(System.Logger.Level.ERROR, "authority not renewed, will be tried again: " + e.getMessage());
            } finally {
                turn.give();
            }
        }
        timer = scheduler.after(untilNext(scheduler.now()), "authority " + settings.trustDomain(), this::maintain);
        if (changed) {
            listeners.tell();
        }
    }

    /** Brings roots and the signing root to where they belong at this time; answers whether that changed anything. */
    private boolean advance(Instant now) {
        var next = new ArrayList<>(
                generations.stream().filter(each -> now.isBefore(each.until())).toList());
        if (next.isEmpty()) {
            next.add(Generation.newRoot(settings, now, now));
        } else if (!now.isBefore(successionOf(next.getLast()))) {
            next.add(Generation.newRoot(
                    settings, now, now.plus(settings.authorityLife().dividedBy(6))));
        }
        boolean changed = !next.equals(generations);
        if (changed) {
            file.write(next);
            generations = List.copyOf(next);
        }
        var signing = signing(next, now);
        changed |= !signing.equals(active);
        active = signing;
        return changed;
    }

    private Instant successionOf(Generation last) {
        return last.until().minus(settings.authorityLife().dividedBy(3));
    }

    private Duration untilNext(Instant now) {
        var all = generations;
        return Stream.concat(
                        Stream.of(successionOf(all.getLast())),
                        all.stream().flatMap(each -> Stream.of(each.activeFrom(), each.until())))
                .filter(now::isBefore)
                .map(moment -> Duration.between(now, moment))
                .filter(wait -> wait.compareTo(LONGEST_SLEEP) < 0)
                .min(Comparator.naturalOrder())
                .orElse(LONGEST_SLEEP);
    }

    /** The newest that may sign already; the oldest where none may yet, as after the clock was set back. */
    private static Generation signing(List<Generation> all, Instant now) {
        return all.reversed().stream()
                .filter(each -> !now.isBefore(each.activeFrom()))
                .findFirst()
                .orElseGet(all::getFirst);
    }
}
