package org.nsm4j.identity.authority;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** Whether two halves are of one key. */
final class KeyProof {
    private static final byte[] CHALLENGE = "nsm4j key check".getBytes(StandardCharsets.US_ASCII);

    private KeyProof() {}

    static boolean matches(PrivateKey key, PublicKey publicKey) throws GeneralSecurityException {
        var signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(key);
        signer.update(CHALLENGE);
        var verifier = Signature.getInstance("SHA256withECDSA");
        verifier.initVerify(publicKey);
        verifier.update(CHALLENGE);
        return verifier.verify(signer.sign());
    }
}
