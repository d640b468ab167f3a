package org.nsm4j.grpc.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jwt.SignedJWT;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.policy.TokenVerifier.Proof;
import org.nsm4j.grpc.spiffe.SpiffeTrust;

/**
 * Whether tokens prove by themselves whose they are: the certificates in their header lead to the bundle, are of the
 * subject, and their key has signed. Remembers, within bounds, what is proved, until the first of its certificates ends.
 */
final class TokenProofs {
    private static final int LONGEST_CHAIN = 8;
    private static final int LONGEST_REMEMBERED = 8 * 1024;

    private final SpiffeTrust trust;
    private final Map<String, Instant> proved = TokenReader.remembering();
    private final Map<List<Base64>, Shown> shown = TokenReader.remembering();

    /** Whom certificates are for, as the bundle says, and until when that holds. */
    private record Shown(String id, ECPublicKey key, Instant until) {}

    TokenProofs(SpiffeTrust trust) {
        this.trust = trust;
    }

    void forget() {
        synchronized (proved) {
            proved.clear();
        }
        synchronized (shown) {
            shown.clear();
        }
    }

    Proof of(String token, Instant now) {
        synchronized (proved) {
            var until = proved.get(token);
            if (until != null && now.isBefore(until)) {
                return Proof.PROVED;
            }
        }
        try {
            var jwt = TokenReader.jwt(token);
            if (!jwt.getHeader().getAlgorithm().equals(JWSAlgorithm.ES256)) {
                return Proof.broken("signed by another algorithm than ES256");
            }
            var chain = jwt.getHeader().getX509CertChain();
            return chain == null || chain.isEmpty() ? Proof.UNSHOWN : check(token, jwt, chain, now);
        } catch (ParseException | IllegalArgumentException | Refused e) {
            return Proof.broken("not readable");
        }
    }

    private Proof check(String token, SignedJWT jwt, List<Base64> chain, Instant now) throws ParseException {
        try {
            var by = identify(chain, now);
            if (!by.id().equals(jwt.getJWTClaimsSet().getSubject())) {
                return Proof.broken("shows the certificates of " + by.id());
            }
            if (!jwt.verify(new ECDSAVerifier(by.key()))) {
                return Proof.broken("not signed by the key of the certificates that it shows");
            }
            if (token.length() <= LONGEST_REMEMBERED) {
                synchronized (proved) {
                    proved.put(token, by.until());
                }
            }
            return Proof.PROVED;
        } catch (CertificateException e) {
            return Proof.broken("shows certificates that are not trusted: " + e.getMessage());
        } catch (JOSEException e) {
            return Proof.broken("not verifiable: " + e.getMessage());
        }
    }

    private Shown identify(List<Base64> chain, Instant now) throws CertificateException {
        synchronized (shown) {
            var known = shown.get(chain);
            if (known != null && now.isBefore(known.until())) {
                return known;
            }
        }
        if (chain.size() > LONGEST_CHAIN) {
            throw new CertificateException(
                    "%d certificates (expected: %d at most)".formatted(chain.size(), LONGEST_CHAIN));
        }
        var certificates = new ArrayList<X509Certificate>();
        var factory = CertificateFactory.getInstance("X.509");
        for (var each : chain) {
            certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(each.decode())));
        }
        var id = trust.identify(certificates, now).toString();
        if (!(certificates.getFirst().getPublicKey() instanceof ECPublicKey key)) {
            throw new CertificateException("a key that is not of an elliptic curve");
        }
        var until = certificates.stream()
                .map(each -> each.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
        var identified = new Shown(id, key, until);
        synchronized (shown) {
            shown.put(chain, identified);
        }
        return identified;
    }
}
