package org.nsm4j.identity.authority;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** Certificates and P-256 keys as text (RFC 7468), so that openssl reads what we keep. */
public final class Pem {
    private Pem() {}

    /** One {@code CERTIFICATE} block. */
    public static String of(X509Certificate certificate) {
        try {
            return block("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot encode a certificate that was decoded", e);
        }
    }

    /** One {@code PRIVATE KEY} block (PKCS #8): a secret. */
    public static String of(PrivateKey key) {
        return block("PRIVATE KEY", key.getEncoded());
    }

    /** Reads one {@code CERTIFICATE} block. */
    public static X509Certificate certificate(String text) throws GeneralSecurityException {
        return certificate(bytes("CERTIFICATE", text));
    }

    /** Reads one certificate in DER. */
    public static X509Certificate certificate(byte[] der) throws GeneralSecurityException {
        var factory = CertificateFactory.getInstance("X.509");
        return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
    }

    /** Reads one {@code PRIVATE KEY} block of an elliptic curve. */
    public static PrivateKey privateKey(String text) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(bytes("PRIVATE KEY", text)));
    }

    private static String block(String label, byte[] der) {
        var lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, lines, label);
    }

    private static byte[] bytes(String label, String text) throws GeneralSecurityException {
        var begin = "-----BEGIN " + label + "-----";
        var end = "-----END " + label + "-----";
        var trimmed = text.strip();
        if (!trimmed.startsWith(begin) || !trimmed.endsWith(end) || trimmed.length() <= begin.length() + end.length()) {
            throw new GeneralSecurityException("not a block labelled " + label);
        }
        var inner = trimmed.substring(begin.length(), trimmed.length() - end.length());
        try {
            return Base64.getMimeDecoder().decode(inner.getBytes(StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("not base64 in a block labelled " + label, e);
        }
    }
}
