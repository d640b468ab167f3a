package org.nsm4j.core.registry;

import java.util.function.Supplier;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.policy.RegistrationRules;
import org.nsm4j.core.policy.TokenVerifier;
import org.nsm4j.core.policy.TokenVerifier.Proof;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Lets an identity register only what the rules allow it. Who registers is the first identity of the path; that is the
 * neighbour itself, or somebody whose own token proves it, or whom a manager speaks for that the rules trust.
 *
 * <p>Place: behind {@link RegistryPath}, which writes the tokens that are judged. Taking back needs no rule: it is the
 * owner's alone ({@link AuthorizeRegistration}). Calls of this very process pass, and so does everything where the
 * transport knows no identities.
 */
public final class AllowRegistration<T> implements Layer<T> {
    private final Kind<T> kind;
    private final Supplier<RegistrationRules> rules;
    private final TokenVerifier verifier;
    private final Scheduler scheduler;
    private final Registry<T> rest;

    /**
     * Judges by rules.
     *
     * @param rules as they are at each registration
     */
    public AllowRegistration(
            Kind<T> kind,
            Supplier<RegistrationRules> rules,
            TokenVerifier verifier,
            Scheduler scheduler,
            Registry<T> rest) {
        this.kind = kind;
        this.rules = rules;
        this.verifier = verifier;
        this.scheduler = scheduler;
        this.rest = rest;
    }

    @Override
    public Registry<T> rest() {
        return rest;
    }

    @Override
    public Registration<T> register(Registration<T> registration, Caller caller) {
        var present = rules.get();
        if (!caller.own() && caller.peer().isPresent() && !present.areOpen()) {
            check(present, registration, caller);
        }
        return rest.register(registration, caller);
    }

    private void check(RegistrationRules present, Registration<T> registration, Caller caller) {
        var path = registration.path();
        var first = path.tokens().isEmpty() ? "" : path.tokens().getFirst();
        var who = subject(first);
        var neighbour = caller.peer().map(Object::toString).orElse("");
        boolean known = who.equals(neighbour)
                || verifier.proof(first, scheduler.now()).kind() == Proof.Kind.PROVED
                || present.trust(neighbour);
        if (!known) {
            throw refused(
                    "%s says that %s registers it".formatted(neighbour, who),
                    "a token that proves it, or a manager that the rules trust",
                    registration);
        }
        var name = kind.name(registration.item());
        var services = kind.services(registration.item());
        boolean allowed =
                kind == Kind.SERVICE ? present.allowService(who, name) : present.allowEndpoint(who, name, services);
        if (!allowed) {
            throw refused(who + " may not", "an identity that the registration rules allow it", registration);
        }
    }

    private String subject(String token) {
        try {
            return verifier.read(token).subject();
        } catch (Refused e) {
            return "";
        }
    }

    private Refused refused(String why, String expected, Registration<T> registration) {
        var services = kind.services(registration.item());
        return new Refused(
                Refused.Reason.NOT_AUTHORIZED,
                "no sufficient privileges: rule registration: %s %s%s: %s (expected: %s)"
                        .formatted(
                                kind.word(),
                                kind.name(registration.item()),
                                services.isEmpty() ? "" : " of " + String.join(", ", services),
                                why,
                                expected));
    }
}
