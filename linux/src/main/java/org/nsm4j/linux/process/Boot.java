package org.nsm4j.linux.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which start of the machine this is: processes, network namespaces and links do not outlive it. */
public final class Boot {
    private static final Path FILE = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int LENGTH = 64;

    private Boot() {}

    /** A text that no other start of any machine has; {@code cat /proc/sys/kernel/random/boot_id}. */
    public static String id() {
        // the kernel's files of settings answer the first read alone, so it must ask for all
        try (var file = Files.newInputStream(FILE)) {
            var bytes = new byte[LENGTH];
            int length = Math.max(0, file.read(bytes));
            return new String(bytes, 0, length, StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + FILE, e);
        }
    }
}
