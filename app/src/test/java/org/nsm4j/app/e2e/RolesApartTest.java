package org.nsm4j.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Registry, manager and forwarder as processes of their own, of which one dies. Their identities come from a node beside
 * them, as from any other SPIFFE agent; a client asks them, as an init container does.
 */
@Tag("kernel")
class RolesApartTest {
    @RegisterExtension
    static final Ground ground = new Ground();

    private static TestNode authority;
    private static Path folder;
    private static String host;
    private static String app;
    private static Program registry;
    private static Program forwarder;

    @BeforeAll
    static void start() {
        host = ground.netns("host");
        app = ground.netns("app");
        var endpoint = ground.netns("ep");
        folder = ground.folder();
        authority = TestNode.up(ground, "authority", ground.netns("auth"));
        registry = startRegistry();
        var manager = role(
                host,
                "manager",
                "--name",
                "m1",
                "--listen-on",
                socket("manager"),
                "--registry-url",
                socket("registry"));
        forwarder = startForwarder();
        var responder = role(
                endpoint,
                "endpoint",
                "responder",
                "--name",
                "ep1",
                "--service-names",
                "apart",
                "--payload",
                "IP",
                "--cidr-prefix",
                "172.16.11.0/24",
                "--connect-to",
                socket("manager"));
        Eventually.until(
                "the endpoint to listen",
                () -> Files.exists(folder.resolve("ep1-" + responder.pid() + ".sock")),
                responder::log);
        var first = client("first");
        Eventually.until(
                "a first connection", () -> !first.isAlive(), () -> first.log() + responder.log() + manager.log());
        assertThat(first.awaitEnd()).isZero();
    }

    private static Program startRegistry() {
        var program = role(
                host,
                "registry",
                "--name",
                "r1",
                "--listen-on",
                socket("registry"),
                "--store",
                folder.resolve("registry.db").toString());
        awaitSocket("registry");
        return program;
    }

    private static Program startForwarder() {
        return role(
                host,
                "forwarder",
                "--name",
                "f1",
                "--listen-on",
                socket("forwarder"),
                "--connect-to",
                socket("manager"));
    }

    private static Program role(String netns, String... arguments) {
        return ground.nsm(
                netns,
                arguments[0],
                Map.of("SPIFFE_ENDPOINT_SOCKET", "unix://" + authority.run().resolve("identity.sock")),
                arguments);
    }

    private static void awaitSocket(String name) {
        Eventually.until("socket of the " + name, () -> Files.exists(folder.resolve(name + ".sock")));
    }

    private static String socket(String name) {
        return "unix://" + folder.resolve(name + ".sock");
    }

    /** A client that ends when it is connected, and tries again until then. */
    private static Program client(String name) {
        return role(
                app,
                "client",
                "--init",
                "--name",
                name,
                "--network-services",
                "kernel://apart/" + name,
                "--connect-to",
                socket("manager"),
                "--request-timeout",
                "2s");
    }

    @Test
    void connects_as_soon_as_a_forwarder_that_was_killed_is_back() {
        var before = KernelState.of(List.of(app, host));
        forwarder.kill();
        var client = client("second");
        client.awaitLog("not connected yet");
        assertThat(client.log()).contains("m1: cannot ask inode://").contains("nobody listens at the socket of f1");
        before.assertStill();

        forwarder = startForwarder();
        assertThat(client.awaitEnd()).isZero();
        assertThat(Shell.inside(app, "ip -br addr show second")).contains("172.16.11.");
    }

    @Test
    void what_stands_and_what_is_known_survives_a_registry_that_is_down() {
        assertThat(Shell.ping(app, "172.16.11.0")).isTrue();
        registry.kill();
        assertThat(Shell.ping(app, "172.16.11.0")).isTrue();
        var unknown = role(
                app,
                "client",
                "--init",
                "--name",
                "third",
                "--network-services",
                "kernel://unheard/nsm-3",
                "--connect-to",
                socket("manager"),
                "--request-timeout",
                "2s");
        unknown.awaitLog("not connected yet");
        assertThat(unknown.log()).contains("registry.sock");
        unknown.close();
        registry = startRegistry();
        assertThat(client("fourth").awaitEnd()).isZero();
        assertThat(Shell.inside(app, "ip -br addr show fourth")).contains("172.16.11.");
    }
}
