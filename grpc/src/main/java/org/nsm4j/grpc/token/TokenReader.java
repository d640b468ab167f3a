package org.nsm4j.grpc.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.core.path.TokenSubject;
import org.nsm4j.core.policy.TokenVerifier;
import org.nsm4j.grpc.spiffe.SpiffeTrust;

/**
 * Reads and verifies tokens, and remembers what it found, within bounds: a token goes by at every hop and refresh, and
 * verifying it costs half a millisecond.
 *
 * <p>What is remembered is what the signature and the key alone decide; whether a token has expired is asked anew each
 * time, of its claims.
 */
public final class TokenReader implements TokenVerifier, TokenSubject {
    private static final int LONGEST = 16 * 1024;
    /** Longer ones are read and verified each time, so that what is remembered stays below some 16 MiB. */
    private static final int LONGEST_REMEMBERED = 4 * 1024;

    private static final int MOST_REMEMBERED = 4096;

    private final @Nullable TokenProofs proofs;
    private final Map<String, Claims> read = remembering();
    private final Map<Signed, Boolean> verified = remembering();

    /** Cannot tell whether a token proves by itself whose it is. */
    public TokenReader() {
        this.proofs = null;
    }

    /** Holds the certificates that tokens show against bundles. */
    public TokenReader(SpiffeTrust trust) {
        this.proofs = new TokenProofs(trust);
    }

    private record Signed(String token, ECPublicKey key) {}

    /** The oldest goes first; guarded by itself. */
    static <K, V> Map<K, V> remembering() {
        return new LinkedHashMap<>(64, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > MOST_REMEMBERED;
            }
        };
    }

    /** Forgets everything: for when the bundles have changed. */
    public void forget() {
        synchronized (read) {
            read.clear();
        }
        synchronized (verified) {
            verified.clear();
        }
        if (proofs != null) {
            proofs.forget();
        }
    }

    @Override
    public Proof proof(String token, Instant now) {
        return proofs == null ? Proof.UNSHOWN : proofs.of(token, now);
    }

    @Override
    public Optional<String> identity(X509Certificate certificate) {
        try {
            return Optional.of(SpiffeTrust.idOf(certificate).toString());
        } catch (Refused e) {
            return Optional.empty();
        }
    }

    @Override
    public Claims read(String token) {
        synchronized (read) {
            var known = read.get(token);
            if (known != null) {
                return known;
            }
        }
        var claims = parse(token);
        if (token.length() <= LONGEST_REMEMBERED) {
            synchronized (read) {
                read.put(token, claims);
            }
        }
        return claims;
    }

    private static Claims parse(String token) {
        try {
            var claims = jwt(token).getJWTClaimsSet();
            var subject = claims.getSubject();
            var expires = claims.getExpirationTime();
            return new Claims(
                    subject == null ? "" : subject, claims.getAudience(), expires == null ? null : expires.toInstant());
        } catch (ParseException | IllegalArgumentException e) {
            throw unreadable(e);
        }
    }

    static SignedJWT jwt(String token) throws ParseException {
        if (token.length() > LONGEST) {
            throw unreadable(null);
        }
        return SignedJWT.parse(token);
    }

    private static Refused unreadable(@Nullable Exception e) {
        return new Refused(
                Refused.Reason.INVALID,
                "token: unreadable (expected: a signed JWT of at most %d characters)".formatted(LONGEST),
                e);
    }

    @Override
    public boolean signedBy(String token, X509Certificate certificate) {
        if (!(certificate.getPublicKey() instanceof ECPublicKey key)) {
            return false;
        }
        var signed = new Signed(token, key);
        synchronized (verified) {
            var known = verified.get(signed);
            if (known != null) {
                return known;
            }
        }
        boolean valid = verify(signed);
        if (token.length() <= LONGEST_REMEMBERED) {
            synchronized (verified) {
                verified.put(signed, valid);
            }
        }
        return valid;
    }

    private static boolean verify(Signed signed) {
        try {
            var jwt = jwt(signed.token());
            return jwt.getHeader().getAlgorithm().equals(JWSAlgorithm.ES256)
                    && jwt.verify(new ECDSAVerifier(signed.key()));
        } catch (ParseException | JOSEException | IllegalArgumentException | Refused e) {
            return false;
        }
    }

    @Override
    public Optional<SpiffeId> of(String token) {
        try {
            return Optional.of(SpiffeId.parse(read(token).subject()));
        } catch (Refused e) {
            return Optional.empty();
        }
    }
}
