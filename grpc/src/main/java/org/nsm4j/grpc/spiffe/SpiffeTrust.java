package org.nsm4j.grpc.spiffe;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;

/**
 * Trusts whoever shows an X.509-SVID of a trust domain that the present identity trusts (X509-SVID §5). Host names and
 * extended key usages do not matter; what the peer may do is the policies' question.
 */
public final class SpiffeTrust extends X509ExtendedTrustManager {
    private static final int URI = 6;
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int CERTIFICATE_SIGNING = 5;
    private static final int LONGEST_CHAIN = 8;

    private final IdentitySource source;

    /** Trusts the bundles of an identity, as they are at each handshake. */
    public SpiffeTrust(IdentitySource source) {
        this.source = source;
    }

    /**
     * The SPIFFE id in a certificate.
     *
     * @throws Refused with {@link Refused.Reason#NOT_AUTHORIZED} where it holds none, or other URIs beside it
     */
    public static SpiffeId idOf(X509Certificate certificate) {
        try {
            var names = certificate.getSubjectAlternativeNames();
            var uris = names == null
                    ? List.<String>of()
                    : names.stream()
                            .filter(name -> name.getFirst().equals(URI))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
            if (uris.size() == 1) {
                return SpiffeId.parse(uris.getFirst());
            }
            throw new Refused(
                    Refused.Reason.NOT_AUTHORIZED,
                    "certificate of %s: %d URIs (expected: one, the SPIFFE id)"
                            .formatted(certificate.getSubjectX500Principal(), uris.size()));
        } catch (CertificateParsingException e) {
            throw new Refused(Refused.Reason.NOT_AUTHORIZED, "certificate: unreadable names (expected: one URI)", e);
        }
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        check(chain, null);
    }

    /**
     * The identity that a chain of certificates proves.
     *
     * @param chain the leaf first
     * @param now when that is asked
     * @throws CertificateException naming what the bundle does not vouch for
     */
    public SpiffeId identify(List<X509Certificate> chain, Instant now) throws CertificateException {
        return check(chain.toArray(X509Certificate[]::new), now);
    }

    private SpiffeId check(X509Certificate[] chain, @Nullable Instant now) throws CertificateException {
        if (chain.length == 0 || chain.length > LONGEST_CHAIN) {
            throw new CertificateException(
                    "chain of %d certificates (expected: 1–%d)".formatted(chain.length, LONGEST_CHAIN));
        }
        var id = checkedLeaf(chain[0]);
        var roots = source.current().roots(id.trustDomain());
        if (roots.isEmpty()) {
            throw new CertificateException("%s: trust domain %s is not trusted (expected: one of %s)"
                    .formatted(id, id.trustDomain(), source.current().bundles().keySet()));
        }
        try {
            validate(chain, roots, now);
        } catch (GeneralSecurityException e) {
            throw new CertificateException(
                    "%s: %s (expected: a valid chain to the bundle of %s)"
                            .formatted(id, e.getMessage(), id.trustDomain()),
                    e);
        }
        return id;
    }

    private static SpiffeId checkedLeaf(X509Certificate leaf) throws CertificateException {
        var usage = leaf.getKeyUsage();
        if (leaf.getBasicConstraints() >= 0 || (usage != null && !isForSigning(usage))) {
            throw new CertificateException(
                    "leaf of %s may sign certificates, or may not sign at all (expected: digital signatures only)"
                            .formatted(leaf.getSubjectX500Principal()));
        }
        try {
            return idOf(leaf);
        } catch (Refused e) {
            throw new CertificateException(e.getMessage(), e);
        }
    }

    private static boolean isForSigning(boolean[] usage) {
        return usage[DIGITAL_SIGNATURE] && !usage[CERTIFICATE_SIGNING];
    }

    private static void validate(X509Certificate[] chain, Set<X509Certificate> roots, @Nullable Instant now)
            throws GeneralSecurityException {
        var below = Arrays.stream(chain).filter(each -> !roots.contains(each)).toList();
        if (below.isEmpty()) {
            throw new CertificateException("the leaf itself is a root");
        }
        var anchors = roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet());
        var parameters = new PKIXParameters(anchors);
        // A SPIFFE bundle has no revocation: identities are short-lived instead.
        parameters.setRevocationEnabled(false);
        if (now != null) {
            parameters.setDate(Date.from(now));
        }
        var path = CertificateFactory.getInstance("X.509").generateCertPath(below);
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    /** No names: a peer that chooses its certificate by them would choose wrongly with several trust domains. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
