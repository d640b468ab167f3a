package org.nsm4j.app.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallationTest {
    @TempDir
    private Path root;

    private final List<String> said = new ArrayList<>();

    private Installation installation() {
        return new Installation(root, new SystemdUnit(Path.of("/opt/my nsm/nsm"), Path.of("/opt/jdk")), said::add);
    }

    private List<String> files() throws IOException {
        try (var files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void uninstall_removes_every_file_that_install_wrote() throws IOException {
        installation().install();
        assertThat(files()).containsExactly("etc/nsm/nsm.yaml", "etc/systemd/system/nsm.service");
        installation().uninstall(false);
        assertThat(files()).isEmpty();
    }

    @Test
    void uninstall_leaves_what_people_put_beside_the_settings() throws IOException {
        installation().install();
        Files.writeString(installation().settingsFile().resolveSibling("identity.yaml"), "rules: []\n");
        installation().uninstall(false);
        assertThat(files()).containsExactly("etc/nsm/identity.yaml");
    }

    @Test
    void installing_twice_keeps_the_settings() throws IOException {
        installation().install();
        Files.writeString(installation().settingsFile(), "log-level: DEBUG\n");
        installation().install();
        assertThat(installation().settingsFile()).hasContent("log-level: DEBUG");
    }

    @Test
    void settings_that_were_changed_and_state_stay_until_they_are_purged() throws IOException {
        installation().install();
        Files.writeString(installation().settingsFile(), "log-level: DEBUG\n");
        Files.writeString(Files.createDirectories(root.resolve("var/lib/nsm")).resolve("registry.db"), "x");
        installation().uninstall(false);
        assertThat(files()).containsExactly("etc/nsm/nsm.yaml", "var/lib/nsm/registry.db");
        assertThat(said).anyMatch(line -> line.contains("--purge"));
        installation().uninstall(true);
        assertThat(files()).isEmpty();
    }

    @Test
    void says_how_to_start_where_systemd_does_not_run() {
        installation().install();
        assertThat(said)
                .last()
                .asString()
                .isEqualTo("systemd does not run here; start the node by: sudo /opt/my nsm/nsm up");
    }

    @Test
    void the_unit_names_launcher_and_jdk_and_lets_children_outlive_it() {
        assertThat(installation().unit().text())
                .contains("ExecStart=\"/opt/my nsm/nsm\" up\n")
                .contains("Environment=JAVA_HOME=/opt/jdk\n")
                .contains("KillMode=process\n")
                .contains("NoNewPrivileges=yes\n");
    }
}
