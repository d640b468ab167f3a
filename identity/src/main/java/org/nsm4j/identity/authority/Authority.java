package org.nsm4j.identity.authority;

import java.util.List;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.grpc.spiffe.IdentitySource;
import org.nsm4j.grpc.spiffe.Svid;

/**
 * Whoever signs identities on this host: the root of the trust domain ({@link RootAuthority}), or an intermediate of it
 * on a host that joined ({@link NodeAuthority}).
 */
public interface Authority extends AutoCloseable {
    /** What it was started with; the trust domain above all. */
    AuthoritySettings settings();

    /** What verifies the identities of the trust domain at this moment. */
    Bundle bundle();

    /**
     * Makes a key pair and signs an X.509-SVID for it.
     *
     * @param id an identity of this trust domain with a path
     * @throws org.nsm4j.core.model.Refused INVALID for an id of another domain or without a path, UNAVAILABLE where the
     *     authority itself has expired
     */
    Svid issue(SpiffeId id);

    /**
     * Signs a JWT-SVID.
     *
     * @param id as for {@link #issue}
     * @param audience for whom it is meant, at least one
     * @return the token in its compact form: a secret, never to be logged
     */
    String issueToken(SpiffeId id, List<String> audience);

    /** Calls the listener after each change of the bundle or of the signing key, until closed. */
    Subscription onChange(Runnable listener);

    /** An identity for a part of this very process, renewed at half its life. */
    default IdentitySource source(SpiffeId id) {
        return new AuthoritySource(this, id);
    }

    /** The scheduler that its timers run on. */
    org.nsm4j.core.schedule.Scheduler scheduler();

    /** Stops renewing; what was issued stays valid until it expires. */
    @Override
    void close();

    /** Ends with {@link #close}. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
