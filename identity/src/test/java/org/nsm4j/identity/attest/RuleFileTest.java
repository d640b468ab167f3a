package org.nsm4j.identity.attest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.core.model.Refused;

class RuleFileTest {
    private Path path;

    @BeforeEach
    void path(@TempDir Path temporary) {
        path = temporary.resolve("identity.yaml");
    }

    @Test
    void writes_first_rules_that_it_reads_itself_and_never_over_others() throws Exception {
        RuleFile.createStandard(path, List.of(Path.of("/bin/sh"), Path.of("/bin/cat")));
        var rules = RuleFile.open(path).rules();
        assertThat(rules).extracting(Rule::id).containsOnly("/host/{user}/{executable.name}");
        assertThat(rules)
                .extracting(rule -> rule.match().executable().orElseThrow())
                .containsExactly(
                        Path.of("/bin/sh").toRealPath().toString(),
                        Path.of("/bin/cat").toRealPath().toString());
        Files.writeString(path, "rules: []\n");
        RuleFile.createStandard(path, List.of(Path.of("/bin/sh")));
        assertThat(Files.readString(path)).isEqualTo("rules: []\n");
    }

    @Test
    void reads_it_again_after_a_change_and_keeps_the_rules_at_a_mistake() throws Exception {
        Files.writeString(path, "rules: []\n");
        var file = RuleFile.open(path);
        assertThat(file.rules()).isEmpty();
        Files.writeString(path, "rules: [{id: /app, match: {uid: 0, executable: /bin/sh}}]\n");
        assertThat(file.rules()).extracting(Rule::id).containsExactly("/app");
        Files.writeString(path, "rules: [{id: /other, match: {uid: 0}}]\n");
        assertThat(file.rules()).extracting(Rule::id).containsExactly("/app");
        Files.writeString(path, "rules: []\n");
        assertThat(file.rules()).isEmpty();
    }

    @Test
    void refuses_a_file_that_others_may_write() throws Exception {
        Files.writeString(path, "rules: []\n");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-r--"));
        assertThatThrownBy(() -> RuleFile.open(path))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("mode 0664")
                .hasMessageContaining("chmod go-w");
    }

    @Test
    void refuses_to_open_what_is_not_there() {
        assertThatThrownBy(() -> RuleFile.open(path))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NOT_FOUND));
    }
}
