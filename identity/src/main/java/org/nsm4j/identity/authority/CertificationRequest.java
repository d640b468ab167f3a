package org.nsm4j.identity.authority;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;

/** Proof that somebody holds the private half of a key (PKCS #10, RFC 2986); the names in it are not looked at. */
public final class CertificationRequest {
    private static final int LARGEST = 4096;
    private static final int P256_BITS = 256;

    private CertificationRequest() {}

    /** Signs a request for a key pair, in DER. */
    public static byte[] of(KeyPair keys) {
        try {
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new JcaPKCS10CertificationRequestBuilder(new X500Name("O=nsm4j"), keys.getPublic())
                    .build(signer)
                    .getEncoded();
        } catch (OperatorCreationException | IOException e) {
            throw new IllegalStateException("cannot sign with a P-256 key", e);
        }
    }

    /**
     * The key of a request whose signature is right.
     *
     * @throws Refused INVALID for anything but such a request with a key on P-256
     */
    public static PublicKey verified(byte[] der) {
        try {
            if (der.length > 0 && der.length <= LARGEST) {
                var request = new JcaPKCS10CertificationRequest(der);
                var key = request.getPublicKey();
                var verifier = new JcaContentVerifierProviderBuilder().build(key);
                boolean rightCurve = key instanceof ECPublicKey ec
                        && ec.getParams().getOrder().bitLength() == P256_BITS;
                if (rightCurve && request.isSignatureValid(verifier)) {
                    return key;
                }
            }
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | RuntimeException e) {
            throw refused(e);
        }
        throw refused(null);
    }

    private static Refused refused(@Nullable Exception cause) {
        return new Refused(
                Refused.Reason.INVALID,
                "certification request: not valid (expected: PKCS #10 in DER, signed by its own P-256 key)",
                cause);
    }
}
