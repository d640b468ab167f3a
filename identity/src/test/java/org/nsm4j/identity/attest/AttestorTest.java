package org.nsm4j.identity.attest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;

/** Real processes of other users and in other namespaces; needs root. */
@Tag("kernel")
class AttestorTest {
    private static final int NOBODY = 65534;
    private static final int SOMEBODY = 4711;
    private Path directory;
    private Path program;

    @BeforeEach
    void program(@TempDir Path temporary) throws IOException {
        directory = temporary;
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        program = Child.sleepIn(directory, "workload");
    }

    @AfterEach
    void noProcessIsLeft() {
        assertThat(ProcessHandle.current().children()).noneMatch(ProcessHandle::isAlive);
    }

    private static Attestor attestor(String yaml, Object... values) {
        List<Rule> rules = new RuleParser("identity.yaml").parse(yaml.formatted(values));
        return new Attestor("nsm.local", () -> rules);
    }

    private static void refuses(Attestor attestor, Peer peer, String... reasons) {
        assertThatThrownBy(() -> attestor.identify(peer))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NOT_AUTHORIZED))
                .hasMessageContainingAll(reasons);
    }

    @Test
    void tells_users_apart_that_run_the_same_program() throws Exception {
        var attestor = attestor("""
                rules:
                  - {id: "/{uid}/{executable.name}", match: {uid: 4711, executable: '%s'}}
                  - {id: "/{user}/web", match: {user: nobody, executable: '%s'}}
                """, program, program);
        try (var one = Child.sleeping(SOMEBODY, program, "setpriv", "--reuid=4711", "--clear-groups");
                var other = Child.sleeping(NOBODY, program, "setpriv", "--reuid=65534", "--clear-groups");
                var root = Child.sleeping(0, program)) {
            assertThat(attestor.identify(one)).isEqualTo(SpiffeId.parse("spiffe://nsm.local/4711/workload"));
            assertThat(attestor.identify(other)).isEqualTo(SpiffeId.parse("spiffe://nsm.local/nobody/web"));
            refuses(attestor, root, "no rule of identity.yaml fits", "user: root (uid 0)", "executable: " + program);
        }
    }

    @Test
    void takes_the_first_rule_that_fits() throws Exception {
        var attestor = attestor("""
                rules:
                  - {id: /first, match: {user: root, executable: '%s'}}
                  - {id: /second, match: {user: root, executable: '%s'}}
                """, program, program);
        try (var child = Child.sleeping(0, program)) {
            assertThat(attestor.identify(child).path()).isEqualTo("/first");
        }
    }

    @Test
    void takes_a_program_of_that_name_in_another_mount_namespace_for_no_match() throws Exception {
        var attestor = attestor("rules: [{id: /web, match: {user: root, executable: '%s'}}]", program);
        var other = Files.copy(Path.of("/bin/tail").toRealPath(), directory.resolve("other"));
        other.toFile().setExecutable(true, false);
        var script = "mount --bind %s %s && echo && exec %s -f /dev/null".formatted(other, program, program);
        try (var impostor = Child.run(0, "unshare", "--mount", "sh", "-c", script);
                var genuine = Child.sleeping(0, program)) {
            assertThat(Files.readSymbolicLink(Path.of("/proc/" + impostor.pid() + "/exe")))
                    .isEqualTo(program);
            refuses(attestor, impostor, "executable: " + program + " (not this host's file of that name)");
            assertThat(attestor.identify(genuine).path()).isEqualTo("/web");
        }
    }

    @Test
    void knows_a_program_by_its_hash_whatever_its_name() throws Exception {
        var hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(program)));
        var attestor = attestor("rules: [{id: /web, match: {user: root, executableSha256: %s}}]", hash);
        try (var child = Child.sleeping(0, program);
                var shell = Child.run(0, "tail", "-F", "/dev/null", "/nonexistent")) {
            assertThat(attestor.identify(child).path()).isEqualTo("/web");
            Files.delete(program);
            assertThat(attestor.identify(child).path()).isEqualTo("/web");
            refuses(attestor, shell, "no rule");
        }
    }

    @Test
    void takes_processes_of_the_hosts_namespaces_only_unless_told_otherwise() throws Exception {
        var attestor = attestor("""
                rules:
                  - {id: /host, match: {user: root, executable: '%s', pidNamespace: host}}
                  - {id: /contained, match: {user: root, executable: '%s'}}
                """, program, program);
        try (var host = Child.sleeping(0, program);
                var pids = Child.sleeping(0, program, "unshare", "--pid", "--fork");
                var users = Child.sleeping(0, program, "unshare", "--user", "--map-root-user")) {
            assertThat(attestor.identify(host).path()).isEqualTo("/host");
            assertThat(attestor.identify(pids).path()).isEqualTo("/contained");
            refuses(attestor, users, "userNamespace: other, pidNamespace: host");
        }
    }

    @Test
    void refuses_an_unmapped_user_of_another_user_namespace_with_that_reason() throws Exception {
        var attestor =
                attestor("rules: [{id: /web, match: {uid: 65534, executable: '%s', userNamespace: any}}]", program);
        try (var child = Child.sleeping(NOBODY, program, "unshare", "--user")) {
            refuses(attestor, child, "uid 65534 in another user namespace: its user is not mapped here");
        }
    }

    @Test
    void refuses_pid_0_with_that_reason() {
        var attestor = attestor("rules: []");
        var hidden = new Peer() {
            @Override
            public int pid() {
                return 0;
            }

            @Override
            public int uid() {
                return 0;
            }

            @Override
            public boolean isAlive() {
                return true;
            }
        };
        refuses(attestor, hidden, "pid 0", "its pid namespace cannot be seen from here", "hostPID");
    }

    @Test
    void refuses_a_process_that_has_ended_even_if_its_number_lives_on() throws Exception {
        var attestor = attestor("rules: [{id: /web, match: {user: root, executable: '%s'}}]", program);
        try (var child = Child.sleeping(0, program);
                var heir = Child.sleeping(0, program)) {
            child.kill();
            refuses(attestor, child, "it has ended");
            var reused = new Peer() {
                @Override
                public int pid() {
                    return heir.pid();
                }

                @Override
                public int uid() {
                    return 0;
                }

                @Override
                public boolean isAlive() {
                    return child.isAlive();
                }
            };
            assertThat(attestor.identify(heir).path()).isEqualTo("/web");
            refuses(attestor, reused, "pid " + heir.pid() + ": it has ended");
        }
    }

    @Test
    void refuses_a_process_that_became_another_user_after_it_connected() throws Exception {
        var attestor = attestor("rules: [{id: /web, match: {uid: 4711, executable: '%s'}}]", program);
        try (var child = Child.sleeping(SOMEBODY, program)) {
            refuses(attestor, child, "connected as uid 4711, is uid 0 now");
        }
    }

    @Test
    void names_a_workload_after_its_container() {
        var id = "0123456789abcdef".repeat(4);
        var match = "rules: [{id: '/c/{container}', match: {cgroup: '/system.slice/docker-*.scope'}}]";
        var rule = new RuleParser("identity.yaml").parse(match).getFirst();
        var workload = new Workload(
                1,
                0,
                Optional.of("root"),
                "/bin/sh",
                false,
                () -> "",
                "/system.slice/docker-" + id + ".scope",
                true,
                false);
        assertThat(rule.match().fits(workload)).isTrue();
        assertThat(rule.identity("nsm.local", workload).path()).isEqualTo("/c/" + id);
    }
}
