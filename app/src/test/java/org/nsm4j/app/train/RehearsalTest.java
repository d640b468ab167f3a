package org.nsm4j.app.train;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without it there is no AOT cache, and everything starts at half the speed: nothing else would fail. */
class RehearsalTest {
    @TempDir
    Path folder;

    @Test
    void a_rehearsal_connects_refreshes_and_closes() {
        try (var rehearsal = Rehearsal.start(folder)) {
            assertThatCode(() -> rehearsal.connectOften(2)).doesNotThrowAnyException();
        }
    }
}
