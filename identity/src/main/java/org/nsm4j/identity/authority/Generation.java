package org.nsm4j.identity.authority;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.grpc.spiffe.Svid;

/**
 * One signing certificate with its keys, from its making to its end.
 *
 * @param certificate a root, or the intermediate of a node
 * @param key the key of {@code certificate}
 * @param jwtKey what its JWT-SVIDs are signed with, private half included
 * @param activeFrom from when on it signs; it is in the bundle before that
 */
public record Generation(X509Certificate certificate, PrivateKey key, ECKey jwtKey, Instant activeFrom) {

    static Generation newRoot(AuthoritySettings settings, Instant now, Instant activeFrom) {
        var keys = Certificates.newKeys();
        var validity = new Certificates.Validity(
                now.minus(settings.skew()), now.plus(settings.authorityLife()).truncatedTo(ChronoUnit.SECONDS));
        var certificate = Certificates.root(settings.trustDomain(), keys, validity);
        return new Generation(certificate, keys.getPrivate(), newJwtKey(), activeFrom);
    }

    static ECKey newJwtKey() {
        return jwk(Certificates.newKeys());
    }

    /** A JSON web key for a P-256 pair, whose id is its own thumbprint (RFC 7638). */
    static ECKey jwk(KeyPair keys) {
        try {
            return new ECKey.Builder(Curve.P_256, (ECPublicKey) keys.getPublic())
                    .privateKey((ECPrivateKey) keys.getPrivate())
                    .keyIDFromThumbprint()
                    .build();
        } catch (JOSEException e) {
            throw new IllegalStateException("this JVM has no SHA-256 (expected: a full JDK)", e);
        }
    }

    Instant until() {
        return certificate.getNotAfter().toInstant();
    }

    /** The public key, as peers get it. */
    ECKey publicJwtKey() {
        return jwtKey.toPublicJWK();
    }

    boolean isRoot() {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    /** Signs a leaf for a new key pair. */
    Svid issue(SpiffeId id, AuthoritySettings settings, Instant now) {
        check(id, settings);
        var keys = Certificates.newKeys();
        var validity = validity(settings.svidLife(), settings, now);
        var leaf = Certificates.svid(signature(), id, keys.getPublic(), validity);
        return new Svid(id, isRoot() ? List.of(leaf) : List.of(leaf, certificate), keys.getPrivate());
    }

    Certificates.Signature signature() {
        return Certificates.Signature.of(certificate, key);
    }

    /** From a little ago until {@code life} from now, yet no longer than this lives itself. */
    Certificates.Validity validity(Duration life, AuthoritySettings settings, Instant now) {
        if (!now.isBefore(until())) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "authority of %s: expired at %s (expected: a host that can reach the first one to renew, and a right clock)"
                            .formatted(settings.trustDomain(), until()));
        }
        var end = now.plus(life);
        return new Certificates.Validity(
                now.minus(settings.skew()).truncatedTo(ChronoUnit.SECONDS), end.isBefore(until()) ? end : until());
    }

    static void check(SpiffeId id, AuthoritySettings settings) {
        if (!id.trustDomain().equals(settings.trustDomain()) || id.path().isEmpty()) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "id: %s (expected: spiffe://%s/PATH)".formatted(id, settings.trustDomain()));
        }
    }

    /** Tells nothing of the keys. */
    @Override
    public String toString() {
        return "Generation[" + certificate.getSubjectX500Principal() + " until " + until() + "]";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Generation that && certificate.equals(that.certificate);
    }

    @Override
    public int hashCode() {
        return Objects.hash(certificate);
    }
}
