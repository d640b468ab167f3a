package org.nsm4j.identity.authority;

import com.nimbusds.jose.jwk.ECKey;
import java.security.KeyPair;

/**
 * The keys of a host that joins or renews; they never leave it, only proofs of them do.
 *
 * @param node of the node's own identity
 * @param authority of its intermediate authority
 * @param jwt of its JWT-SVIDs; kept over renewals, since peers hear of a new one late
 */
public record NodeKeys(KeyPair node, KeyPair authority, ECKey jwt) {
    /** All new. */
    public static NodeKeys generate() {
        return renewed(Generation.newJwtKey());
    }

    static NodeKeys renewed(ECKey jwt) {
        return new NodeKeys(Certificates.newKeys(), Certificates.newKeys(), jwt);
    }

    /** Tells nothing of them. */
    @Override
    public String toString() {
        return "NodeKeys[" + jwt.getKeyID() + "]";
    }
}
