package org.nsm4j.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.core.model.Cidr;

class PrefixFileTest {
    @TempDir
    private Path folder;

    private Path file;
    private PrefixFile prefixes;

    @BeforeEach
    void start() {
        file = folder.resolve("excluded_prefixes.yaml");
        prefixes = new PrefixFile(file);
    }

    @Test
    void a_missing_file_excludes_nothing_and_one_that_comes_goes_or_changes_counts_at_once() throws IOException {
        assertThat(prefixes.get()).isEmpty();
        Files.writeString(file, "prefixes:\n- 172.16.2.0/24\n- fd00::/8\n");
        assertThat(prefixes.get()).containsExactly(Cidr.parse("172.16.2.0/24"), Cidr.parse("fd00::/8"));
        Files.writeString(file, "prefixes: [10.0.0.0/8]");
        assertThat(prefixes.get()).containsExactly(Cidr.parse("10.0.0.0/8"));
        Files.delete(file);
        assertThat(prefixes.get()).isEmpty();
    }

    @Test
    void what_cannot_be_understood_leaves_the_former_prefixes() throws IOException {
        Files.writeString(file, "prefixes: [10.0.0.0/8]");
        assertThat(prefixes.get()).hasSize(1);
        Files.writeString(file, "prefixes: [10.0.0.0/33]");
        assertThat(prefixes.get()).containsExactly(Cidr.parse("10.0.0.0/8"));
        Files.writeString(file, "prefixes: [");
        assertThat(prefixes.get()).containsExactly(Cidr.parse("10.0.0.0/8"));
    }
}
