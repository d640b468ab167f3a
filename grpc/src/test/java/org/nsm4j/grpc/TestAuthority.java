package org.nsm4j.grpc;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.grpc.spiffe.Identity;
import org.nsm4j.grpc.spiffe.Svid;

/** A certificate authority of one trust domain, which signs whatever a test wants. */
public final class TestAuthority {
    private static final AtomicLong SERIAL = new AtomicLong(1);
    private final String domain;
    private final KeyPair keys = newKeys();
    private final X509Certificate root;

    /** The authority of a trust domain. */
    public TestAuthority(String domain) {
        this.domain = domain;
        this.root = sign(
                "CN=root of " + domain, keys, true, List.of(), Instant.now().plus(Duration.ofHours(1)));
    }

    public X509Certificate root() {
        return root;
    }

    /** An SVID that holds for an hour. */
    public Svid svid(String path) {
        return svid(Instant.now().plus(Duration.ofHours(1)), "spiffe://" + domain + path);
    }

    /** An SVID with an end, and with these URIs, the first of which is its id. */
    public Svid svid(Instant until, String... uris) {
        var own = newKeys();
        var leaf = sign("CN=workload", own, false, List.of(uris), until);
        return new Svid(SpiffeId.parse(uris[0]), List.of(leaf), own.getPrivate());
    }

    /** An identity that trusts this authority alone. */
    public Identity identity(String path) {
        return new Identity(svid(path), bundles());
    }

    /** This authority's bundle. */
    public Map<String, Set<X509Certificate>> bundles() {
        return Map.of(domain, Set.of(root));
    }

    private X509Certificate sign(
            String subject, KeyPair subjectKeys, boolean authority, List<String> uris, Instant until) {
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    new X500Name("CN=root of " + domain),
                    BigInteger.valueOf(SERIAL.getAndIncrement()),
                    Date.from(Instant.now().minus(Duration.ofHours(2))),
                    Date.from(until),
                    new X500Name(subject),
                    subjectKeys.getPublic());
            int usage = authority ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature;
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (!uris.isEmpty()) {
                var names = uris.stream()
                        .map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri))
                        .toArray(GeneralName[]::new);
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
            }
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair newKeys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
