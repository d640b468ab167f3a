package org.nsm4j.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.app.config.LogLevel;
import org.nsm4j.app.observe.Logging;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.grpc.client.Channels;
import org.nsm4j.grpc.client.ClientSettings;
import org.nsm4j.grpc.client.GrpcHops;
import org.nsm4j.grpc.server.NsmServer;
import org.nsm4j.grpc.server.Requests;
import org.nsm4j.grpc.transport.Transport;
import org.nsm4j.linux.netns.Namespaces;

/** Real processes with and without capabilities, over a real socket. */
@Tag("kernel")
class NamespaceClaimsTest {
    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    @TempDir
    Path folder;

    private final Transport transport = new Transport(1);
    private NsmServer server;

    @BeforeEach
    void serve() {
        var accepting = Requests.of(Chain.through().to((call, rest) -> call.connection()));
        server = NsmServer.insecure(transport)
                .requests(new NamespaceClaims(accepting))
                .listen(List.of(Url.unix(socket())));
    }

    @AfterEach
    void stop() {
        server.close();
        transport.close();
    }

    private String socket() {
        return folder.resolve("manager.sock").toString();
    }

    @Test
    void a_client_that_may_enter_any_namespace_may_name_any() throws Exception {
        assertThat(ask(List.of(), namespaces.create("claims-other").path())).isEqualTo("accepted");
    }

    @Test
    void a_client_without_that_right_may_not_name_anothers() throws Exception {
        assertThat(ask(
                        List.of("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-all"),
                        namespaces.create("claims-other").path()))
                .startsWith("NOT_AUTHORIZED inodeURL: /run/netns/claims-other")
                .contains("it is not the namespace of the calling process");
    }

    @Test
    void a_client_without_that_right_may_name_its_own() throws Exception {
        assertThat(ask(List.of("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-all"), "own"))
                .isEqualTo("accepted");
    }

    private String ask(List<String> before, String netns) throws IOException, InterruptedException {
        var command = new ArrayList<>(before);
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Claimant.class.getName(),
                socket(),
                netns));
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }

    /** A client in a process of its own: asks once, and prints what it was told. */
    static final class Claimant {
        public static void main(String[] arguments) {
            Logging.start(LogLevel.ERROR, System.err);
            var netns = arguments[1].equals("own")
                    ? "/proc/" + ProcessHandle.current().pid() + "/ns/net"
                    : arguments[1];
            var claim = new Mechanism.Kernel(Map.of(Mechanism.INODE_URL, "file://" + netns));
            try (var transport = new Transport(1);
                    var channels = new Channels(transport, null, Tokens.NONE, ClientSettings.USUAL)) {
                new GrpcHops(channels)
                        .at(Url.unix(arguments[0]))
                        .request(
                                new Request(Connection.to("any"), List.of(claim)),
                                Instant.now().plusSeconds(30),
                                cancel -> {});
                System.out.println("accepted");
            } catch (Refused e) {
                System.out.println(e.reason() + " " + e.sentence());
            }
        }
    }
}
