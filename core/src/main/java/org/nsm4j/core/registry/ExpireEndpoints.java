package org.nsm4j.core.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.core.schedule.Scheduler;

/**
 * A registration ends with the tokens that vouch for it, and in any case after a while, unless it is refreshed
 * (behaviour RG-11; upstream's expire).
 *
 * <p>The end is the earliest of: our token's, the caller's token's, now and the longest life, and what the endpoint
 * itself asked for; the rest may answer with an earlier one still. Shortly before it, while the tokens of the last
 * registration are still good for the registries behind, the endpoint is taken back; where that fails it is tried
 * again.
 *
 * <p>Place: after {@link InTurn}, whose turns its timers take, before what keeps the endpoint.
 */
public final class ExpireEndpoints implements Layer<Endpoint> {
    private static final System.Logger LOG = System.getLogger(ExpireEndpoints.class.getName());
    /** How long a taking back of our own may take. */
    private static final Duration UNREGISTERING = Duration.ofSeconds(15);

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(1);
    /** No more than this part of a life is given away for a slow caller: refreshes come after two thirds of it. */
    private static final int LEAD_PART = 6;

    private final Duration longest;
    private final Tokens tokens;
    private final NameTurns<Endpoint> turns;
    private final Scheduler scheduler;
    private final Registry<Endpoint> rest;
    private final Map<String, Life> lives = new ConcurrentHashMap<>();

    private record Life(Registration<Endpoint> registration, Scheduler.Timer timer) {}

    /**
     * Lets registrations end.
     *
     * @param longest how long a registration lives at most without a refresh; upstream: one minute
     * @param turns those of the {@link InTurn} before
     */
    public ExpireEndpoints(
            Duration longest, Tokens tokens, NameTurns<Endpoint> turns, Scheduler scheduler, Registry<Endpoint> rest) {
        this.longest = longest;
        this.tokens = tokens;
        this.turns = turns;
        this.scheduler = scheduler;
        this.rest = rest;
    }

    @Override
    public Registry<Endpoint> rest() {
        return rest;
    }

    /** Starts the lives of what a durable registry held when it was opened; call it before anybody registers. */
    public void resume(Collection<Endpoint> endpoints) {
        for (var endpoint : endpoints) {
            turns.remember(endpoint.name(), endpoint);
            start(Registration.of(endpoint), null);
        }
    }

    @Override
    public Registration<Endpoint> register(Registration<Endpoint> registration, Caller caller) {
        var end = end(caller);
        var asked = registration.item().expires();
        if (asked != null && asked.isBefore(end)) {
            end = asked;
        }
        var ending = registration.with(registration.item().until(end));
        var answer = rest.register(ending, caller);
        var answered = answer.item().expires();
        if (answered == null || answered.isAfter(end)) {
            answer = answer.with(answer.item().until(end));
        }
        start(ending.with(answer.item()), caller.deadline());
        return answer;
    }

    private Instant end(Caller caller) {
        var end = scheduler.now().plus(longest);
        var own = tokens.mint(caller.identity()).expires();
        end = own.isBefore(end) ? own : end;
        var token = caller.token();
        return token != null && token.expires().isBefore(end) ? token.expires() : end;
    }

    private void start(Registration<Endpoint> registration, @Nullable Instant deadline) {
        var now = scheduler.now();
        var end = registration.item().expires();
        if (end == null) {
            return;
        }
        var life = Duration.between(now, end);
        var lead = deadline == null ? Duration.ZERO : Duration.between(now, deadline);
        var most = life.dividedBy(LEAD_PART);
        lead = lead.isNegative() ? Duration.ZERO : lead.compareTo(most) > 0 ? most : lead;
        stop(lives.put(
                registration.item().name(),
                new Life(registration, timer(life.minus(lead), registration, FIRST_RETRY))));
    }

    private Scheduler.Timer timer(Duration delay, Registration<Endpoint> registration, Duration retry) {
        return scheduler.after(delay, "expire " + registration.item().name(), () -> expire(registration, retry));
    }

    private static void stop(@Nullable Life life) {
        if (life != null) {
            life.timer.close();
        }
    }

    private void expire(Registration<Endpoint> registration, Duration retry) {
        var name = registration.item().name();
        var caller = Caller.selfUntil(scheduler.now().plus(UNREGISTERING));
        try {
            turns.run(name, caller, () -> expireInTurn(name, registration, caller));
        } catch (Refused e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "cannot expire endpoint={0} again-in={1} reason={2}",
                    name,
                    retry,
                    e.getMessage());
            var doubled = retry.multipliedBy(2);
            var next = doubled.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : doubled;
            lives.computeIfPresent(
                    name,
                    (each, life) -> life.registration == registration
                            ? new Life(registration, timer(retry, registration, next))
                            : life);
        }
    }

    private void expireInTurn(String name, Registration<Endpoint> registration, Caller caller) {
        var life = lives.get(name);
        if (life == null || life.registration != registration) {
            return; // refreshed or taken back while this timer waited for its turn
        }
        rest.unregister(registration, caller);
        lives.remove(name);
        turns.forget(name);
        LOG.log(System.Logger.Level.INFO, "expired endpoint={0}", name);
    }

    @Override
    public void unregister(Registration<Endpoint> registration, Caller caller) {
        rest.unregister(registration, caller);
        stop(lives.remove(registration.item().name()));
    }

    /** When an endpoint's registration ends; empty where it is not registered here. */
    public Optional<Instant> end(String name) {
        return Optional.ofNullable(lives.get(name))
                .map(life -> life.registration.item().expires());
    }
}
