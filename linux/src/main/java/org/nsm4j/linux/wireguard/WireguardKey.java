package org.nsm4j.linux.wireguard;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.interfaces.XECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.KeyAgreement;
import org.jspecify.annotations.Nullable;

/** A key of 32 bytes: private, public or preshared. Its text form never shows it. */
public final class WireguardKey {
    static final int SIZE = 32;

    /** RFC 7748 §4.1. */
    private static final BigInteger BASE_POINT = BigInteger.valueOf(9);

    private final byte[] bytes;

    private WireguardKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /** From 32 bytes, which are copied. */
    public static WireguardKey of(byte[] bytes) {
        if (bytes.length != SIZE) {
            throw new IllegalArgumentException("WireGuard key: %d bytes (expected: 32)".formatted(bytes.length));
        }
        return new WireguardKey(bytes.clone());
    }

    /** From the Base64 text that {@code wg genkey} prints. */
    public static WireguardKey parse(String text) {
        try {
            return of(Base64.getDecoder().decode(text.strip()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("WireGuard key: not readable (expected: 32 bytes in Base64)");
        }
    }

    /** A new private key: {@code wg genkey}. */
    public static WireguardKey generate() {
        try {
            var pair = KeyPairGenerator.getInstance("X25519").generateKeyPair();
            return of(((XECPrivateKey) pair.getPrivate()).getScalar().orElseThrow());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has X25519 (JEP 324)", e);
        }
    }

    /** The public key that belongs to this private one: {@code wg pubkey}. */
    public WireguardKey publicKey() {
        try {
            var factory = KeyFactory.getInstance("X25519");
            var agreement = KeyAgreement.getInstance("X25519");
            agreement.init(factory.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, bytes)));
            agreement.doPhase(
                    factory.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, BASE_POINT)), true);
            return of(agreement.generateSecret());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has X25519 (JEP 324)", e);
        }
    }

    /** A key of zeros stands for none. */
    static @Nullable WireguardKey orNone(WireguardKey key) {
        return Arrays.equals(key.bytes, new byte[SIZE]) ? null : key;
    }

    /** From the hexadecimal text of the control socket. */
    static WireguardKey parseHex(String text) {
        return of(HexFormat.of().parseHex(text));
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** As {@code wg} writes it; for public keys. */
    public String base64() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WireguardKey that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "WireGuard key";
    }
}
