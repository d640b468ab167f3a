package org.nsm4j.core.registry;

import java.util.List;
import java.util.Optional;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.policy.Facts;
import org.nsm4j.core.policy.PolicySet;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Lets the policies say who may register and take back what (behaviour SE-12, SE-13). Finding is never refused.
 *
 * <p>Place: after {@link RegistryPath}, which writes the tokens that are judged, and after {@link InTurn}, so that two
 * that want one new name cannot both be its first owner. Calls of this very process pass, and so does everything where
 * the transport knows no identities.
 */
public final class AuthorizeRegistration<T> implements Layer<T> {
    private final Kind<T> kind;
    private final PolicySet policies;
    private final Owners owners;
    private final Scheduler scheduler;
    private final Registry<T> rest;

    /** Knows who owns a name. */
    @FunctionalInterface
    public interface Owners {
        /** The path ids with which a name was registered, the owner's first; empty where nobody owns it. */
        Optional<List<String>> of(String name);

        /**
         * The owners as a registry has them; they go with the registrations, and come back with them. What is
         * registered without path ids, by hand or in a registry that drops them, has no owner.
         */
        static <T> Owners recordedIn(Kind<T> kind, Registry<T> registry) {
            return name -> registry.find(kind.named(name), Caller.SELF).stream()
                    .findFirst()
                    .map(kind::pathIds)
                    .filter(ids -> !ids.isEmpty());
        }
    }

    /** Judges by policies. */
    public AuthorizeRegistration(
            Kind<T> kind, PolicySet policies, Owners owners, Scheduler scheduler, Registry<T> rest) {
        this.kind = kind;
        this.policies = policies;
        this.owners = owners;
        this.scheduler = scheduler;
        this.rest = rest;
    }

    @Override
    public Registry<T> rest() {
        return rest;
    }

    @Override
    public Registration<T> register(Registration<T> registration, Caller caller) {
        authorize(registration, caller);
        return rest.register(registration, caller);
    }

    @Override
    public void unregister(Registration<T> registration, Caller caller) {
        authorize(registration, caller);
        rest.unregister(registration, caller);
    }

    private void authorize(Registration<T> registration, Caller caller) {
        if (caller.own() || caller.certificate() == null) {
            return;
        }
        var path = registration.path();
        var name = kind.name(registration.item());
        var left = path.tokens()
                .subList(0, Math.min(path.index() + 1, path.tokens().size()));
        policies.enforce(Facts.ofPath(left, path.index(), caller.certificate(), scheduler.now())
                .about(new Facts.Resource(kind.word(), name, owners.of(name))));
    }
}
