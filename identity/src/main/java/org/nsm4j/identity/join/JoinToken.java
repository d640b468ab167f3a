package org.nsm4j.identity.join;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;

/**
 * What a person carries from the first host to the next: where to go, by which root to know it, and a secret that works
 * once.
 *
 * @param trustDomain the domain to join
 * @param home where its first host listens, {@code HOST:PORT}
 * @param pin SHA-256 of the root certificate
 * @param secret 128 random bits
 * @param until when it stops working
 */
public record JoinToken(String trustDomain, String home, byte[] pin, byte[] secret, Instant until) {
    static final int SECRET_BYTES = 16;
    private static final int PIN_BYTES = 32;
    private static final int CHECK_BYTES = 4;
    private static final int LONGEST = 1024;
    private static final String PREFIX = "nsm1-";

    /** The token as text: letters, digits, {@code -} and {@code _}; a secret. */
    public String text() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.write(pin);
            out.write(secret);
            out.writeLong(until.getEpochSecond());
            out.writeUTF(trustDomain);
            out.writeUTF(home);
            out.write(check(bytes.toByteArray()));
        } catch (IOException e) {
            throw new IllegalStateException("cannot write to memory", e);
        }
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }

    /**
     * Reads a token.
     *
     * @throws Refused INVALID where it is none, or letters are wrong or missing; the text is not repeated
     */
    public static JoinToken parse(String text) {
        var trimmed = text.strip();
        if (!trimmed.startsWith(PREFIX) || trimmed.length() > LONGEST) {
            throw refused();
        }
        try {
            var bytes = Base64.getUrlDecoder().decode(trimmed.substring(PREFIX.length()));
            int end = bytes.length - CHECK_BYTES;
            if (end < 0
                    || !Arrays.equals(check(Arrays.copyOf(bytes, end)), Arrays.copyOfRange(bytes, end, bytes.length))) {
                throw refused();
            }
            return read(new DataInputStream(new ByteArrayInputStream(bytes, 0, end)));
        } catch (IllegalArgumentException | IOException e) {
            throw refused();
        }
    }

    private static JoinToken read(DataInputStream in) throws IOException {
        var pin = in.readNBytes(PIN_BYTES);
        var secret = in.readNBytes(SECRET_BYTES);
        var until = Instant.ofEpochSecond(in.readLong());
        var trustDomain = in.readUTF();
        var home = in.readUTF();
        if (in.available() > 0) {
            throw refused();
        }
        SpiffeId.parse("spiffe://" + trustDomain);
        return new JoinToken(trustDomain, home, pin, secret, until);
    }

    /** The hash by which a root is known. */
    static byte[] pinOf(X509Certificate root) {
        try {
            return sha256(root.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot encode a certificate that was decoded", e);
        }
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no SHA-256 (expected: a full JDK)", e);
        }
    }

    /** Finds letters lost in copying; it is no protection. */
    private static byte[] check(byte[] bytes) {
        return Arrays.copyOf(sha256(bytes), CHECK_BYTES);
    }

    private static Refused refused() {
        return new Refused(
                Refused.Reason.INVALID,
                "join token: not readable (expected: the whole text that the first host printed, from nsm1- on)");
    }

    /** Tells nothing of the secret. */
    @Override
    public String toString() {
        return "JoinToken[" + trustDomain + " at " + home + " until " + until + "]";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JoinToken that && text().equals(that.text());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(pin);
    }
}
