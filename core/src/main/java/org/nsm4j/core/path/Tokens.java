package org.nsm4j.core.path;

import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.SpiffeId;

/** Makes the tokens by which this process vouches for itself; reused for an audience until half their life. */
@FunctionalInterface
public interface Tokens {
    /** No identity, no tokens: for a domain without security. */
    Tokens NONE = audience -> new Caller.Token("", java.time.Instant.MAX);

    /**
     * A token for one peer.
     *
     * @param audience the peer's identity; null where it has none
     */
    Caller.Token mint(@Nullable SpiffeId audience);

    /**
     * A token for one peer that checks signatures against a certificate which it saw when it connected, perhaps before
     * ours was renewed.
     *
     * @param audience the peer's identity; null where it has none
     * @param shown our certificate as the peer saw it; null for the present one
     */
    default Caller.Token mint(@Nullable SpiffeId audience, @Nullable X509Certificate shown) {
        return mint(audience);
    }
}
