package org.nsm4j.grpc.spiffe;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.nsm4j.core.model.SpiffeId;

/**
 * An X.509-SVID: a SPIFFE id, the certificate that proves it, and the key.
 *
 * @param id the URI in the leaf's subject alternative name
 * @param chain the leaf first, then its issuers up to but without the bundle's root
 * @param key the leaf's key, on the curve P-256, since tokens are signed by ES256
 */
public record Svid(SpiffeId id, List<X509Certificate> chain, PrivateKey key) {
    public Svid {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("chain: none (expected: at least the leaf's certificate)");
        }
    }

    /** The certificate of the identity itself. */
    public X509Certificate leaf() {
        return chain.getFirst();
    }

    /** Whether the other proves the same by the same certificate. */
    public boolean isSame(Svid other) {
        return leaf().equals(other.leaf());
    }

    @Override
    public String toString() {
        return "%s until %s".formatted(id, leaf().getNotAfter().toInstant());
    }
}
