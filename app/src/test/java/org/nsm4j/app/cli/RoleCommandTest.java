package org.nsm4j.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.app.admin.FakeNode;
import org.nsm4j.app.config.ClientSettings;
import org.nsm4j.app.config.ForwarderSettings;
import org.nsm4j.app.config.ManagerSettings;
import org.nsm4j.app.config.NodeSettings;
import org.nsm4j.app.config.PassthroughSettings;
import org.nsm4j.app.config.RegistrySettings;
import org.nsm4j.app.config.ResponderSettings;
import org.nsm4j.app.config.VpnGatewaySettings;
import org.nsm4j.core.chain.Chain;

class RoleCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<Record> started = new ArrayList<>();

    private int run(Map<String, String> environment, String... args) {
        return new Cli(new Surroundings(
                        new ByteArrayInputStream(new byte[0]),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        environment,
                        false,
                        socket -> new FakeNode()))
                .withRoles(Recorder::new)
                .run(args);
    }

    /** Starts nothing, and ends at once with a code of its own. */
    private final class Recorder implements Roles {
        private Running start(Record settings) {
            started.add(settings);
            return new Running() {
                @Override
                public int await() {
                    return 42;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public Running node(NodeSettings settings) {
            return start(settings);
        }

        @Override
        public Running manager(ManagerSettings settings) {
            return start(settings);
        }

        @Override
        public Running forwarder(ForwarderSettings settings) {
            return start(settings);
        }

        @Override
        public Running registry(RegistrySettings settings) {
            return start(settings);
        }

        @Override
        public Running client(ClientSettings settings) {
            return start(settings);
        }

        @Override
        public Running responder(ResponderSettings settings) {
            return start(settings);
        }

        @Override
        public Running passthrough(PassthroughSettings settings) {
            return start(settings);
        }

        @Override
        public Running vpnGateway(VpnGatewaySettings settings) {
            return start(settings);
        }

        @Override
        public List<Chain.Part> elements(String role) {
            return List.of();
        }
    }

    @Test
    void every_role_starts_with_its_own_settings_and_its_exit_code_is_ours() {
        for (var args : List.of(
                "up",
                "manager",
                "forwarder",
                "registry",
                "client",
                "endpoint responder",
                "endpoint passthrough",
                "endpoint vpn-gateway")) {
            assertThat(run(Map.of(), args.split(" "))).as(args).isEqualTo(42);
        }
        assertThat(started)
                .<Class<?>>extracting(Object::getClass)
                .containsExactly(
                        NodeSettings.class,
                        ManagerSettings.class,
                        ForwarderSettings.class,
                        RegistrySettings.class,
                        ClientSettings.class,
                        ResponderSettings.class,
                        PassthroughSettings.class,
                        VpnGatewaySettings.class);
    }

    @Test
    void flags_go_before_variables_and_those_before_the_file(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("nsm.yaml"), "dial-timeout: 3s\nname: file\n");
        run(
                Map.of("NSM_NAME", "variable", "NSM_LOG_LEVEL", "ERROR"),
                "manager",
                "--config",
                file.toString(),
                "--name=flag");
        assertThat(started).singleElement().isInstanceOfSatisfying(ManagerSettings.class, settings -> {
            assertThat(settings.name()).isEqualTo("flag");
            assertThat(settings.dialTimeout()).isEqualTo(Duration.ofSeconds(3));
        });
    }

    @Test
    void a_flag_that_is_a_switch_needs_no_value() {
        run(Map.of(), "client", "--init", "--liveness-check-enabled=false");
        assertThat(started).singleElement().isInstanceOfSatisfying(ClientSettings.class, settings -> {
            assertThat(settings.init()).isTrue();
            assertThat(settings.livenessEnabled()).isFalse();
        });
    }

    @Test
    void bad_settings_start_nothing_and_are_all_named() {
        assertThat(run(Map.of("NSM_DIAL_TIMEOUT", "x"), "manager", "--listen-on", "ftp://a"))
                .isEqualTo(Exit.USAGE.code());
        assertThat(started).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("nsm: --listen-on: \"ftp://a\" (expected: unix:///PATH, tcp://HOST:PORT or inode://DEV/INO)")
                .contains("nsm: NSM_DIAL_TIMEOUT: \"x\" (expected: a duration");
    }

    @Test
    void an_unknown_variable_is_warned_about() {
        run(Map.of("NSM_LISTEN_NO", "x"), "manager");
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("WARN  settings: NSM_LISTEN_NO: no such setting, ignored; did you mean \"NSM_LISTEN_ON\"?");
    }

    @Test
    void help_lists_every_variable_with_its_default() {
        assertThat(run(Map.of(), "manager", "--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("--dial-timeout=VALUE")
                .contains("NSM_DIAL_TIMEOUT, default: 750ms")
                .containsSubsequence("that do nothing here:", "NSM_PPROF_ENABLED: Go's profiler");
    }

    @Test
    void an_endpoint_without_a_function_is_a_usage_error() {
        assertThat(run(Map.of(), "endpoint")).isEqualTo(Exit.USAGE.code());
    }

    @Test
    void a_container_is_found_by_the_first_digits_of_its_id(@TempDir Path proc) throws IOException {
        var id = "0123456789abcdef".repeat(4);
        for (var pid : List.of("4712", "4711")) {
            Files.createDirectories(proc.resolve(pid));
            Files.writeString(proc.resolve(pid).resolve("cgroup"), "0::/system.slice/docker-" + id + ".scope\n");
        }
        Files.createDirectories(proc.resolve("1"));
        Files.writeString(proc.resolve("1").resolve("cgroup"), "0::/init.scope\n");
        assertThat(new Containers(proc).pid("012345")).isEqualTo(4711);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> new Containers(proc).pid("fedcba"))
                .hasMessage("container: \"fedcba\" fits 0 on this host (expected: one)");
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> new Containers(proc).pid("web"))
                .isInstanceOf(BadUsage.class);
    }
}
