package org.nsm4j.identity.join;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;

/**
 * Trusts a peer whose leaf was signed by a root itself, and whose identity is one of those asked for.
 *
 * <p>An intermediate in between is refused: otherwise every host that joined could pass itself off as another, or as the
 * first. Names of hosts are not compared; identities are.
 */
final class DirectTrust extends X509ExtendedTrustManager {
    private static final String SERVER = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT = "1.3.6.1.5.5.7.3.2";
    private static final int URI = 6;
    private final Function<List<X509Certificate>, Collection<X509Certificate>> roots;
    private final Predicate<SpiffeId> ids;
    private final Supplier<Instant> clock;

    /**
     * @param roots which to trust, given the chain that the peer shows
     * @param ids which identities
     * @param clock the time at which certificates must be valid
     */
    DirectTrust(
            Function<List<X509Certificate>, Collection<X509Certificate>> roots,
            Predicate<SpiffeId> ids,
            Supplier<Instant> clock) {
        this.roots = roots;
        this.ids = ids;
        this.clock = clock;
    }

    /** The one URI of a leaf. */
    static SpiffeId idOf(X509Certificate leaf) throws CertificateException {
        var names = leaf.getSubjectAlternativeNames();
        var uris = names == null
                ? List.<Object>of()
                : names.stream()
                        .filter(name -> name.get(0).equals(URI))
                        .map(name -> name.get(1))
                        .toList();
        if (uris.size() != 1) {
            throw new CertificateException("leaf with " + uris.size() + " URIs (expected: exactly one SPIFFE id)");
        }
        try {
            return SpiffeId.parse(String.valueOf(uris.getFirst()));
        } catch (Refused e) {
            throw new CertificateException(e.getMessage(), e);
        }
    }

    private void check(X509Certificate[] chain, String purpose) throws CertificateException {
        var leaf = chain[0];
        var trusted = roots.apply(List.of(chain));
        if (trusted.isEmpty()) {
            throw new CertificateException("no root to trust (expected: a chain that ends with the pinned root)");
        }
        try {
            var anchors =
                    trusted.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet());
            var parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(clock.get()));
            var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf));
            CertPathValidator.getInstance("PKIX").validate(path, parameters);
        } catch (GeneralSecurityException e) {
            throw new CertificateException("leaf not signed by a trusted root itself: " + e.getMessage(), e);
        }
        var purposes = leaf.getExtendedKeyUsage();
        if (leaf.getBasicConstraints() >= 0 || purposes == null || !purposes.contains(purpose)) {
            throw new CertificateException("certificate for another purpose (expected: a leaf for " + purpose + ")");
        }
        var id = idOf(leaf);
        if (!ids.test(id)) {
            throw new CertificateException("identity " + id + " (expected: another)");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, SERVER);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, SERVER);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, SERVER);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
