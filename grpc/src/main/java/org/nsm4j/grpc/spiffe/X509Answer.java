package org.nsm4j.grpc.spiffe;

import com.google.protobuf.ByteString;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nsm4j.api.spiffe.X509SVIDResponse;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;

/** Reads what a Workload API answers. */
final class X509Answer {
    private static final int P256 = 256;

    private X509Answer() {}

    /** The first identity, which is the default one (Workload API §5.2.1), and all bundles. */
    static Identity read(X509SVIDResponse answer) {
        if (answer.getSvidsCount() == 0) {
            throw invalid("no SVID", "one at least", null);
        }
        var first = answer.getSvids(0);
        var chain = certificates("SVID", first.getX509Svid());
        var id = SpiffeId.parse(first.getSpiffeId());
        if (chain.isEmpty() || !SpiffeTrust.idOf(chain.getFirst()).equals(id)) {
            throw invalid("a certificate that is not for " + id, "the leaf of that id first", null);
        }
        var bundles = new LinkedHashMap<String, Set<X509Certificate>>();
        answer.getFederatedBundlesMap()
                .forEach((domain, bundle) ->
                        bundles.put(domainOf(domain), Set.copyOf(certificates("bundle of " + domain, bundle))));
        bundles.put(id.trustDomain(), Set.copyOf(certificates("bundle", first.getBundle())));
        return new Identity(new Svid(id, chain, key(first.getX509SvidKey())), Map.copyOf(bundles));
    }

    /** Agents write the key of the map as a bare name or as a SPIFFE id. */
    private static String domainOf(String text) {
        return SpiffeId.parse(text.startsWith("spiffe://") ? text : "spiffe://" + text)
                .trustDomain();
    }

    private static List<X509Certificate> certificates(String what, ByteString der) {
        try {
            return CertificateFactory.getInstance("X.509").generateCertificates(der.newInput()).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (CertificateException e) {
            throw invalid(what + " that cannot be read", "certificates in DER", e);
        }
    }

    private static PrivateKey key(ByteString der) {
        try {
            var key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der.toByteArray()));
            if (key instanceof ECPrivateKey ec && ec.getParams().getOrder().bitLength() == P256) {
                return key;
            }
            throw invalid("a key of another curve", "P-256, since tokens are signed by ES256", null);
        } catch (GeneralSecurityException e) {
            throw invalid("a key that cannot be read", "PKCS #8 in DER, on P-256", e);
        }
    }

    private static Refused invalid(String what, String expected, @Nullable Throwable cause) {
        return new Refused(
                Refused.Reason.INVALID, "the Workload API sent %s (expected: %s)".formatted(what, expected), cause);
    }
}
