package org.nsm4j.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A clock for single programs, which can be set without setting the host's: by libfaketime. */
final class FakeClock {
    /** What to do where it is not there. */
    static final String MISSING = "no libfaketime (apt-get install faketime)";

    private static final String LIBRARY = "faketime/libfaketimeMT.so.1";

    private final Path file;

    /** A clock that is set by way of a file. */
    FakeClock(Path file) {
        this.file = file;
    }

    static boolean isThere() {
        return library().isPresent();
    }

    private static Optional<Path> library() {
        try (var folders = Files.list(Path.of("/usr/lib"))) {
            return folders.map(each -> each.resolve(LIBRARY))
                    .filter(Files::exists)
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list /usr/lib", e);
        }
    }

    /** What a program is started with, so that it goes by this clock. */
    List<String> wrapper() {
        return List.of(
                "env",
                "LD_PRELOAD=" + library().orElseThrow(),
                "FAKETIME_TIMESTAMP_FILE=" + file,
                "FAKETIME_NO_CACHE=1",
                "FAKETIME_DONT_FAKE_MONOTONIC=1");
    }

    /** Sets the clock against the host's. */
    void set(Duration ahead) {
        try {
            var fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(fresh, "%+d%n".formatted(ahead.toSeconds()));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot set the clock " + file, e);
        }
    }
}
