package org.nsm4j.core.registry;

import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.policy.Facts;
import org.nsm4j.core.policy.PolicySet;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Lets the policies judge the whole path that another registry answered with (behaviour SE-12, SE-16; upstream's registry
 * authorize client). What a registry took for the first time and answered badly is taken back there; what it had before
 * stays.
 *
 * <p>Place: right in front of the other registry.
 */
public final class AuthorizeRegistered<T> implements Layer<T> {
    private final Kind<T> kind;
    private final Supplier<PolicySet> policies;
    private final Supplier<Optional<X509Certificate>> server;
    private final Scheduler scheduler;
    private final Registry<T> rest;
    private final Set<String> standing = ConcurrentHashMap.newKeySet();

    /**
     * Judges by policies.
     *
     * @param policies asked at each answer
     * @param server the certificate by which the registry has proved who it is; empty where the transport knows none
     */
    public AuthorizeRegistered(
            Kind<T> kind,
            Supplier<PolicySet> policies,
            Supplier<Optional<X509Certificate>> server,
            Scheduler scheduler,
            Registry<T> rest) {
        this.kind = kind;
        this.policies = policies;
        this.server = server;
        this.scheduler = scheduler;
        this.rest = rest;
    }

    @Override
    public Registry<T> rest() {
        return rest;
    }

    @Override
    public Registration<T> register(Registration<T> registration, Caller caller) {
        var answer = rest.register(registration, caller);
        var name = kind.name(answer.item());
        try {
            server.get().ifPresent(certificate -> judge(answer, certificate));
        } catch (Refused e) {
            if (!standing.contains(name)) {
                takeBack(answer, caller, e);
            }
            throw e;
        }
        standing.add(name);
        return answer;
    }

    @Override
    public void unregister(Registration<T> registration, Caller caller) {
        rest.unregister(registration, caller);
        standing.remove(kind.name(registration.item()));
    }

    private void judge(Registration<T> answer, X509Certificate certificate) {
        var path = answer.path();
        policies.get()
                .enforce(Facts.ofPath(path.tokens(), path.index(), certificate, scheduler.now())
                        .about(new Facts.Resource(kind.word(), kind.name(answer.item()), Optional.empty())));
    }

    private void takeBack(Registration<T> answer, Caller caller, Refused why) {
        try {
            rest.unregister(answer, caller);
        } catch (Refused e) {
            why.addSuppressed(e);
        }
    }
}
