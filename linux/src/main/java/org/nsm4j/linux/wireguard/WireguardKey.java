package org.nsm4j.linux.wireguard;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** A key of 32 bytes: private, public or preshared. Its text form never shows it. */
public final class WireguardKey {
    private static final int SIZE = 32;
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
