package org.nsm4j.identity.authority;

import com.nimbusds.jose.jwk.ECKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a peer needs to verify the identities of a trust domain; holds no secret.
 *
 * @param trustDomain whose identities it verifies
 * @param roots every root that may have signed a valid SVID, the next one included before it signs
 * @param jwtKeys the public keys behind valid JWT-SVIDs, each with a key id
 */
public record Bundle(String trustDomain, List<X509Certificate> roots, List<ECKey> jwtKeys) {
    /** Copies the lists, and keeps the public half of each key only. */
    public Bundle {
        roots = List.copyOf(roots);
        jwtKeys = jwtKeys.stream().map(ECKey::toPublicJWK).distinct().toList();
    }
}
