package org.nsm4j.identity.attest;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.nsm4j.core.model.Refused;
import org.nsm4j.identity.authority.FileFacts;

/**
 * Hashes of programs, remembered by file and change time: the change time moves with every write and nobody can set it
 * back.
 */
final class ExecutableHashes {
    private static final int MOST_REMEMBERED = 256;
    private static final long LARGEST = 1L << 30;
    private final Map<FileFacts, String> remembered = new ConcurrentHashMap<>();

    /** The hash of the file behind {@code /proc/PID/exe}, which is the one that runs even if its name is gone. */
    String sha256(Path program) throws IOException {
        var before = FileFacts.of(program);
        if (before.size() > LARGEST) {
            throw new Refused(
                    Refused.Reason.NOT_AUTHORIZED,
                    "executableSha256: the program has %d bytes (expected: at most %d)"
                            .formatted(before.size(), LARGEST));
        }
        var known = remembered.get(before);
        if (known != null) {
            return known;
        }
        var hash = compute(program);
        if (FileFacts.of(program).equals(before)) {
            if (remembered.size() >= MOST_REMEMBERED) {
                remembered.clear();
            }
            remembered.put(before, hash);
        }
        return hash;
    }

    private static String compute(Path program) throws IOException {
        try (var in = new DigestInputStream(Files.newInputStream(program), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM has no SHA-256 (expected: a full JDK)", e);
        }
    }
}
