package org.nsm4j.core.policy;

import java.security.cert.X509Certificate;
import java.util.Optional;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Lets the policies judge the whole path that the next hop answered; a first connection that does not pass is closed
 * again, a refresh that does not pass closes nothing (behaviour SE-11; upstream's authorize client).
 *
 * <p>Place: right before the chain's end, for it has to know which hop answered.
 */
@Does("lets the policies judge the whole path that was answered")
public final class AuthorizeAnswer implements Element {
    private final PolicySet policies;
    private final Servers servers;
    private final Scheduler scheduler;

    /** Knows by which certificate a hop has proved who it is. */
    @FunctionalInterface
    public interface Servers {
        /** The leaf certificate of the hop at a URL; empty where the transport knows no identities. */
        Optional<X509Certificate> certificate(Url url);
    }

    /** Judges by policies. */
    public AuthorizeAnswer(PolicySet policies, Servers servers, Scheduler scheduler) {
        this.policies = policies;
        this.servers = servers;
        this.scheduler = scheduler;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var answer = rest.request(call);
        call.next().flatMap(servers::certificate).ifPresent(server -> judge(answer, server));
        return answer;
    }

    private void judge(Connection answer, X509Certificate server) {
        var path = answer.path();
        var tokens = path.segments().stream().map(Segment::token).toList();
        policies.enforce(Facts.ofPath(tokens, path.index(), server, scheduler.now()));
    }
}
