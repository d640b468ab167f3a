package org.nsm4j.grpc.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.util.Base64;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.grpc.spiffe.IdentitySource;
import org.nsm4j.grpc.spiffe.Svid;

/**
 * Tokens of this process: JWTs with {@code sub}, {@code aud} and {@code exp}, signed by ES256 with the SVID's key
 * (wire §5.3). Their header shows the SVID's certificates ({@code x5c}, RFC 7515 §4.1.6), which upstream's programs pass
 * over, so that every hop behind can check them, long after the SVID was replaced.
 *
 * <p>Signing costs more than anything else that a call does, and a token says nothing of the call: so each is used for its
 * audience until half of its life is over, or the SVID is replaced.
 */
public final class JwtTokens implements Tokens {
    /** How long a token lives when nothing else was said; upstream's default. */
    public static final Duration LIFETIME = Duration.ofMinutes(10);

    private static final int MOST_AUDIENCES = 4096;

    private final IdentitySource source;
    private final Duration lifetime;
    private final InstantSource clock;
    private volatile boolean showsCertificates;
    private final Map<String, Minted> byAudience = new ConcurrentHashMap<>();

    private final Map<X509Certificate, Svid> recent = new ConcurrentHashMap<>();

    private record Minted(Svid by, Caller.Token token, Instant until) {
        boolean serves(Svid svid, Instant now) {
            return by.isSame(svid) && now.isBefore(until);
        }
    }

    /** Tokens for the identity of a source, which show its certificates. */
    public JwtTokens(IdentitySource source, Duration lifetime, InstantSource clock) {
        this(source, lifetime, clock, true);
    }

    /**
     * Tokens for the identity of a source.
     *
     * @param lifetime how long a token lives at most; the SVID's end comes first
     * @param showsCertificates whether the header has the certificates, or is upstream's to the letter
     */
    public JwtTokens(IdentitySource source, Duration lifetime, InstantSource clock, boolean showsCertificates) {
        if (lifetime.compareTo(Duration.ofSeconds(2)) < 0) {
            throw new Refused(
                    Refused.Reason.INVALID, "token lifetime: %s (expected: 2 seconds at least)".formatted(lifetime));
        }
        this.source = source;
        this.lifetime = lifetime;
        this.clock = clock;
        this.showsCertificates = showsCertificates;
        // who connected before a renewal checks tokens against the certificate that it saw
        source.onChange(identity -> remember(identity.svid()));
    }

    /** Whether tokens show their certificates from now on, or are upstream's to the letter. */
    public void showCertificates(boolean yes) {
        showsCertificates = yes;
        byAudience.clear();
    }

    @Override
    public Caller.Token mint(@Nullable SpiffeId audience) {
        return mint(audience, null);
    }

    @Override
    public Caller.Token mint(@Nullable SpiffeId audience, @Nullable X509Certificate shown) {
        var present = source.current().svid();
        if (!recent.containsKey(present.leaf())) {
            remember(present);
        }
        var svid = shown == null ? present : recent.getOrDefault(shown, present);
        var now = clock.instant();
        var key = (audience == null ? "" : audience.toString())
                + '#'
                + svid.leaf().getSerialNumber();
        var known = byAudience.get(key);
        if (known != null && known.serves(svid, now)) {
            return known.token();
        }
        var minted = sign(svid, audience, now);
        if (byAudience.size() >= MOST_AUDIENCES) {
            byAudience.values().removeIf(each -> !each.serves(svid, now));
        }
        if (byAudience.size() < MOST_AUDIENCES) {
            byAudience.put(key, minted);
        }
        return minted.token();
    }

    /** Keeps an SVID for as long as somebody may have connected to it. */
    private void remember(Svid svid) {
        var now = clock.instant();
        recent.values().removeIf(each -> each.leaf().getNotAfter().toInstant().isBefore(now));
        recent.put(svid.leaf(), svid);
    }

    private Minted sign(Svid svid, @Nullable SpiffeId audience, Instant now) {
        var end = now.plus(lifetime);
        var certified = svid.leaf().getNotAfter().toInstant();
        var expires = Instant.ofEpochSecond((certified.isBefore(end) ? certified : end).getEpochSecond());
        var claims = new LinkedHashMap<String, Object>();
        claims.put("sub", svid.id().toString());
        if (audience != null) {
            // An array even for one: upstream's chain rule walks it as such.
            claims.put("aud", List.of(audience.toString()));
        }
        claims.put("exp", expires.getEpochSecond());
        try {
            var object = new JWSObject(header(svid), new Payload(claims));
            object.sign(new ECDSASigner(svid.key(), Curve.P_256));
            var half = now.plus(Duration.between(now, expires).dividedBy(2));
            return new Minted(svid, new Caller.Token(object.serialize(), expires), half);
        } catch (JOSEException | CertificateEncodingException e) {
            throw new Refused(
                    Refused.Reason.INTERNAL,
                    "cannot sign a token as %s: %s (expected: an SVID with a key on P-256)"
                            .formatted(svid.id(), e.getMessage()),
                    e);
        }
    }

    private JWSHeader header(Svid svid) throws CertificateEncodingException {
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256).type(JOSEObjectType.JWT);
        if (showsCertificates) {
            var shown = new ArrayList<Base64>();
            for (var certificate : svid.chain()) {
                shown.add(Base64.encode(certificate.getEncoded()));
            }
            header.x509CertChain(shown);
        }
        return header.build();
    }
}
