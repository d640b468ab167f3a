package org.nsm4j.identity.join;

import com.google.protobuf.ByteString;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nsm4j.api.join.Keys;
import org.nsm4j.core.model.Refused;
import org.nsm4j.identity.authority.Bundle;
import org.nsm4j.identity.authority.CertificationRequest;
import org.nsm4j.identity.authority.Grant;
import org.nsm4j.identity.authority.MembershipFile;
import org.nsm4j.identity.authority.NodeKeys;
import org.nsm4j.identity.authority.Pem;

/** Between the messages of {@code join.proto} and what they mean. */
final class Messages {
    private static final int LONGEST_KEY = 1024;

    private Messages() {}

    static Keys keys(NodeKeys keys) {
        return Keys.newBuilder()
                .setNodeRequest(ByteString.copyFrom(CertificationRequest.of(keys.node())))
                .setAuthorityRequest(ByteString.copyFrom(CertificationRequest.of(keys.authority())))
                .setTokenKey(keys.jwt().toPublicJWK().toJSONString())
                .build();
    }

    /** A key for tokens as a host sent it: on P-256, with its thumbprint as id, so that none can take another's id. */
    static ECKey tokenKey(String text) {
        try {
            if (text.length() <= LONGEST_KEY) {
                var key = ECKey.parse(text).toPublicJWK();
                var id = key.computeThumbprint().toString();
                if (Curve.P_256.equals(key.getCurve())) {
                    return new ECKey.Builder(key).keyID(id).build();
                }
            }
        } catch (ParseException | JOSEException | IllegalArgumentException e) {
            throw refused("token_key: " + e.getClass().getSimpleName(), "a JSON web key on P-256");
        }
        throw refused("token_key", "a JSON web key on P-256");
    }

    static org.nsm4j.api.join.Grant grant(Optional<Grant.Certified> certified, Bundle bundle) {
        var builder = org.nsm4j.api.join.Grant.newBuilder();
        certified.ifPresent(
                pair -> builder.setNodeCertificate(der(pair.node())).setAuthorityCertificate(der(pair.authority())));
        bundle.roots().forEach(root -> builder.addRoots(der(root)));
        return builder.setTokenKeys(new JWKSet(List.<JWK>copyOf(bundle.jwtKeys())).toString(true))
                .build();
    }

    static Grant grant(String trustDomain, org.nsm4j.api.join.Grant message) {
        try {
            var roots = new ArrayList<X509Certificate>();
            for (var root : message.getRootsList()) {
                roots.add(Pem.certificate(root.toByteArray()));
            }
            var bundle = new Bundle(trustDomain, roots, MembershipFile.jwtKeys(message.getTokenKeys()));
            if (message.getNodeCertificate().isEmpty()) {
                return new Grant(Optional.empty(), bundle);
            }
            var certified = new Grant.Certified(
                    Pem.certificate(message.getNodeCertificate().toByteArray()),
                    Pem.certificate(message.getAuthorityCertificate().toByteArray()));
            return new Grant(Optional.of(certified), bundle);
        } catch (GeneralSecurityException | ParseException e) {
            throw refused("grant: " + e.getClass().getSimpleName(), "certificates in DER and a JSON web key set");
        }
    }

    private static ByteString der(X509Certificate certificate) {
        try {
            return ByteString.copyFrom(certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot encode a certificate that was decoded", e);
        }
    }

    private static Refused refused(String what, String expected) {
        return new Refused(Refused.Reason.INVALID, "%s (expected: %s)".formatted(what, expected));
    }
}
