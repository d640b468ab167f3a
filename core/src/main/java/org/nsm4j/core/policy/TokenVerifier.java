package org.nsm4j.core.policy;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;

/** What the rules need of cryptography; may remember what it has found, within bounds. */
public interface TokenVerifier {
    /**
     * What a token says, its signature not looked at.
     *
     * @param subject whom it speaks for; empty where it does not say
     * @param audience whom it is meant for
     * @param expires when it ends; null where it does not say
     */
    record Claims(
            String subject, List<String> audience, @Nullable Instant expires) {
        public Claims {
            audience = List.copyOf(audience);
        }
    }

    /**
     * Reads a token.
     *
     * @throws Refused with {@link Refused.Reason#INVALID} when it is no JWT
     */
    Claims read(String token);

    /** Whether a token is signed, with ES256, by the key of a certificate; false for what is no JWT. */
    boolean signedBy(String token, X509Certificate certificate);
}
