package org.nsm4j.identity.authority;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.SpiffeId;

/** The three kinds of certificate that exist here, as X509-SVID (SPIFFE) and RFC 5280 want them; all ECDSA on P-256. */
final class Certificates {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SERIAL_BITS = 128;

    /** From when to when a certificate is valid, whole seconds. */
    record Validity(Instant from, Instant until) {}

    /** Who signs: its name, its key, and its public key, which the signed certificate refers to. */
    record Signature(X500Name name, PrivateKey key, PublicKey publicKey) {
        static Signature of(X509Certificate certificate, PrivateKey key) {
            return new Signature(
                    X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
                    key,
                    certificate.getPublicKey());
        }
    }

    private Certificates() {}

    static KeyPair newKeys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM cannot make P-256 keys (expected: a full JDK)", e);
        }
    }

    /** A self-signed root. Its name carries a random part, so that old and new root are told apart. */
    static X509Certificate root(String trustDomain, KeyPair keys, Validity validity) {
        var serial = serial();
        var name = name(trustDomain, "nsm4j authority " + serial.toString(16).substring(0, 8));
        var signature = new Signature(name, keys.getPrivate(), keys.getPublic());
        return sign(signature, name, keys.getPublic(), serial, validity, builder -> {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(1));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(Extension.subjectAlternativeName, false, uri("spiffe://" + trustDomain));
        });
    }

    /** An intermediate that may sign leaves only, and only for the trust domain. */
    static X509Certificate node(
            Signature signature, String trustDomain, String node, PublicKey key, Validity validity) {
        return sign(signature, name(trustDomain, "nsm4j node " + node), key, serial(), validity, builder -> {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
            builder.addExtension(Extension.subjectAlternativeName, false, uri("spiffe://" + trustDomain));
            var domain = new GeneralName(GeneralName.uniformResourceIdentifier, trustDomain);
            var permitted = new GeneralSubtree[] {new GeneralSubtree(domain)};
            builder.addExtension(Extension.nameConstraints, true, new NameConstraints(permitted, null));
        });
    }

    /** A leaf with exactly one URI. */
    static X509Certificate svid(Signature signature, SpiffeId id, PublicKey key, Validity validity) {
        return sign(signature, name(id.trustDomain(), null), key, serial(), validity, builder -> {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            var purposes = new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth};
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
            builder.addExtension(Extension.subjectAlternativeName, false, uri(id.toString()));
        });
    }

    private interface Extensions {
        void addTo(X509v3CertificateBuilder builder) throws IOException;
    }

    private static X509Certificate sign(
            Signature signature,
            X500Name subject,
            PublicKey key,
            BigInteger serial,
            Validity validity,
            Extensions more) {
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    signature.name(), serial, Date.from(validity.from()), Date.from(validity.until()), subject, key);
            var ids = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(key));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, ids.createAuthorityKeyIdentifier(signature.publicKey()));
            more.addTo(builder);
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(signature.key());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (IOException | OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign a certificate for " + subject, e);
        }
    }

    /** 128 random bits, and the highest of them set, so that a serial is never short nor negative (RFC 5280 §4.1.2.2). */
    private static BigInteger serial() {
        return new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS);
    }

    private static X500Name name(String trustDomain, @Nullable String common) {
        var builder = new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.O, trustDomain);
        return common == null
                ? builder.build()
                : builder.addRDN(BCStyle.CN, common).build();
    }

    private static GeneralNames uri(String text) {
        return new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, text));
    }
}
