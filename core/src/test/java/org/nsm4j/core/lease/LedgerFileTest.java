package org.nsm4j.core.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.core.model.Refused;

class LedgerFileTest {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("some.leases");
    }

    private LedgerFile open(String boot) {
        return LedgerFile.open(file(), boot);
    }

    @Test
    void what_was_put_is_there_for_the_next_process_whatever_the_key_is_made_of() {
        try (var first = open("b1")) {
            first.put("id with a space\nand +-%", "one two");
            first.put("b", "x");
            first.put("b", "y");
            first.put("c", "z");
            first.remove("c");
        }
        try (var second = open("b1")) {
            assertThat(second.entries()).isEqualTo(Map.of("id with a space\nand +-%", "one two", "b", "y"));
        }
    }

    @Test
    void nothing_counts_after_the_machine_was_started_anew() {
        try (var first = open("b1")) {
            first.put("a", "x");
        }
        try (var second = open("b2")) {
            assertThat(second.entries()).isEmpty();
        }
        try (var third = open("b1")) {
            assertThat(third.entries()).isEmpty();
        }
    }

    @Test
    void a_line_that_was_cut_short_does_not_count() throws IOException {
        try (var first = open("b1")) {
            first.put("a", "x");
        }
        Files.writeString(file(), "+b y", StandardOpenOption.APPEND);
        try (var second = open("b1")) {
            assertThat(second.entries()).isEqualTo(Map.of("a", "x"));
            second.put("c", "z");
        }
        try (var third = open("b1")) {
            assertThat(third.entries()).isEqualTo(Map.of("a", "x", "c", "z"));
        }
    }

    @Test
    void is_written_anew_before_it_grows_without_end() throws IOException {
        try (var ledger = open("b1")) {
            for (int i = 0; i < 10_000; i++) {
                ledger.put("a", Integer.toString(i));
            }
            assertThat(Files.size(file())).isLessThan(20_000);
        }
        try (var next = open("b1")) {
            assertThat(next.entries()).isEqualTo(Map.of("a", "9999"));
        }
    }

    @Test
    void belongs_to_one_process_at_a_time_and_to_its_owner_alone() throws IOException {
        try (var first = open("b1")) {
            assertThatThrownBy(() -> open("b1"))
                    .hasMessageContaining("another process uses it")
                    .extracting(e -> ((Refused) e).reason())
                    .isEqualTo(Refused.Reason.CONFLICT);
            assertThat(Files.getPosixFilePermissions(file())).hasSize(2);
            first.put("a", "x");
        }
        open("b1").close();
    }
}
