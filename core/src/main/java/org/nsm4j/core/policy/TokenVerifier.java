package org.nsm4j.core.policy;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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

    /**
     * How far a token proves by itself, whoever handed it on, that its subject signed it: by the certificates that it
     * shows, against the bundle of its trust domain.
     *
     * @param now when that is asked
     */
    default Proof proof(String token, Instant now) {
        return Proof.UNSHOWN;
    }

    /** The identity in a certificate; empty where it holds none. */
    default Optional<String> identity(X509Certificate certificate) {
        return Optional.empty();
    }

    /**
     * How far a token proves whose it is.
     *
     * @param kind how far
     * @param why what is wrong with one that is broken; holds no token
     */
    record Proof(Kind kind, String why) {
        /** It shows no certificates: upstream's do not. */
        public static final Proof UNSHOWN = new Proof(Kind.UNSHOWN, "");

        /** Its subject signed it. */
        public static final Proof PROVED = new Proof(Kind.PROVED, "");

        /** How far a token proves whose it is. */
        public enum Kind {
            /** Its subject signed it. */
            PROVED,
            /** It shows no certificates, so only the hop that it was handed to could tell. */
            UNSHOWN,
            /** It is not its subject's, or the bundle does not vouch for what it shows. */
            BROKEN
        }

        /** It is not what it says. */
        public static Proof broken(String why) {
            return new Proof(Kind.BROKEN, why);
        }
    }
}
