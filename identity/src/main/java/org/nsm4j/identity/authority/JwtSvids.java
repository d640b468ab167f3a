package org.nsm4j.identity.authority;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;

/** JWT-SVIDs (SPIFFE JWT-SVID §2–3), always ES256. */
public final class JwtSvids {
    private static final int LONGEST = 16 << 10;
    private static final int MOST_AUDIENCES = 32;
    private static final Duration SKEW = Duration.ofSeconds(30);

    private JwtSvids() {}

    /**
     * What a valid token says.
     *
     * @param id who it speaks for
     * @param claims everything in it, verified
     */
    public record Valid(SpiffeId id, JWTClaimsSet claims) {}

    static String issue(
            Generation signing, SpiffeId id, List<String> audience, AuthoritySettings settings, Instant now) {
        Generation.check(id, settings);
        if (audience.isEmpty() || audience.size() > MOST_AUDIENCES || audience.contains("")) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "audience: %d entries (expected: 1 to %d, none empty)".formatted(audience.size(), MOST_AUDIENCES));
        }
        var claims = new JWTClaimsSet.Builder()
                .subject(id.toString())
                .audience(audience)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(
                        signing.validity(settings.jwtLife(), settings, now).until()))
                .build();
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(JOSEObjectType.JWT)
                .keyID(signing.jwtKey().getKeyID())
                .build();
        try {
            var token = new SignedJWT(header, claims);
            token.sign(new ECDSASigner(signing.jwtKey()));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException("cannot sign a JWT-SVID with a P-256 key", e);
        }
    }

    /**
     * Verifies a token against a bundle.
     *
     * @param audience which the token must name
     * @throws Refused INVALID saying which check failed; the token itself is not repeated
     */
    public static Valid validate(Bundle bundle, String token, String audience, Instant now) {
        if (token.length() > LONGEST || audience.isEmpty()) {
            throw refused("size", "at most %d characters, and an audience to check".formatted(LONGEST));
        }
        try {
            var jwt = SignedJWT.parse(token);
            checkSignature(bundle, jwt);
            var claims = jwt.getJWTClaimsSet();
            if (!claims.getAudience().contains(audience)) {
                throw refused("audience", audience);
            }
            var end = claims.getExpirationTime();
            if (end == null || !now.isBefore(end.toInstant().plus(SKEW))) {
                throw refused("exp", "a time to come");
            }
            var id = SpiffeId.parse(String.valueOf(claims.getSubject()));
            if (!id.trustDomain().equals(bundle.trustDomain())) {
                throw refused("sub", "an id of " + bundle.trustDomain());
            }
            return new Valid(id, claims);
        } catch (ParseException | JOSEException e) {
            throw refused("form", "a signed JWT in compact form");
        }
    }

    private static void checkSignature(Bundle bundle, SignedJWT jwt) throws JOSEException {
        var header = jwt.getHeader();
        var type = header.getType();
        boolean typed = type == null
                || type.equals(JOSEObjectType.JWT)
                || type.getType().equals("JOSE");
        if (!header.getAlgorithm().equals(JWSAlgorithm.ES256) || !typed) {
            throw refused("header", "alg ES256, typ JWT");
        }
        var key = bundle.jwtKeys().stream()
                .filter(each -> each.getKeyID().equals(header.getKeyID()))
                .findFirst()
                .orElseThrow(() -> refused("kid", "a key of the bundle of " + bundle.trustDomain()));
        if (!jwt.verify(new ECDSAVerifier(key))) {
            throw refused("signature", "one by the key that kid names");
        }
    }

    private static Refused refused(String what, String expected) {
        return new Refused(Refused.Reason.INVALID, "JWT-SVID: wrong %s (expected: %s)".formatted(what, expected));
    }
}
