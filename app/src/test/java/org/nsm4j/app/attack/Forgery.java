package org.nsm4j.app.attack;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.Base64URL;
import java.security.cert.CertificateEncodingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.grpc.spiffe.Svid;

/** Tokens that no honest program makes. */
final class Forgery {
    private Forgery() {}

    /** Signed by one identity, in the name of another; shows the signer's certificates. */
    static String token(Svid signer, SpiffeId subject, SpiffeId audience)
            throws JOSEException, CertificateEncodingException {
        return signed(signer, subject, audience, Instant.now().plusSeconds(600));
    }

    /** Signed by one identity, in the name of another; shows nothing, as upstream's. */
    static String plain(Svid signer, SpiffeId subject, SpiffeId audience) throws JOSEException {
        var object = new JWSObject(
                new JWSHeader(JWSAlgorithm.ES256),
                claims(subject, audience, Instant.now().plusSeconds(600)));
        object.sign(new ECDSASigner(signer.key(), Curve.P_256));
        return object.serialize();
    }

    /** Has ended a second ago. */
    static String ended(Svid signer, SpiffeId subject, SpiffeId audience)
            throws JOSEException, CertificateEncodingException {
        return signed(signer, subject, audience, Instant.now().minusSeconds(1));
    }

    private static String signed(Svid signer, SpiffeId subject, SpiffeId audience, Instant end)
            throws JOSEException, CertificateEncodingException {
        var shown = new ArrayList<Base64>();
        for (var each : signer.chain()) {
            shown.add(Base64.encode(each.getEncoded()));
        }
        var header =
                new JWSHeader.Builder(JWSAlgorithm.ES256).x509CertChain(shown).build();
        var object = new JWSObject(header, claims(subject, audience, end));
        object.sign(new ECDSASigner(signer.key(), Curve.P_256));
        return object.serialize();
    }

    private static Payload claims(SpiffeId subject, SpiffeId audience, Instant end) {
        return new Payload(Map.<String, Object>of(
                "sub", subject.toString(), "aud", List.of(audience.toString()), "exp", end.getEpochSecond()));
    }

    /** Without a signature, signed with a shared secret, with another curve, and with a key that the header brings. */
    static List<String> weak(Svid own, SpiffeId subject, SpiffeId audience) throws JOSEException {
        var claims = claims(subject, audience, Instant.now().plusSeconds(600));
        var none = Base64URL.encode("{\"alg\":\"none\"}") + "." + claims.toBase64URL() + ".";
        var unsigned = Base64URL.encode("{\"alg\":\"ES256\"}") + "." + claims.toBase64URL() + ".";
        var secret = new JWSObject(new JWSHeader(JWSAlgorithm.HS256), claims);
        secret.sign(new MACSigner(own.leaf().getPublicKey().getEncoded()));
        var key384 = new ECKeyGenerator(Curve.P_384).generate();
        var curve = new JWSObject(new JWSHeader(JWSAlgorithm.ES384), claims);
        curve.sign(new ECDSASigner(key384));
        ECKey key256 = new ECKeyGenerator(Curve.P_256).generate();
        var brought = new JWSObject(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .keyID("../../etc/passwd")
                        .jwk(key256.toPublicJWK())
                        .build(),
                claims);
        brought.sign(new ECDSASigner(key256));
        return List.of(none, unsigned, secret.serialize(), curve.serialize(), brought.serialize());
    }
}
