package org.nsm4j.app.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.nsm4j.app.role.ClaimProcess.IN_A_POD;
import static org.nsm4j.app.role.ClaimProcess.UNPRIVILEGED;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.core.chain.PassedFiles;
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
import org.nsm4j.grpc.transport.Transport;
import org.nsm4j.linux.netns.Namespaces;

/** Real processes with and without capabilities, in and out of sight, over a real socket. */
@Tag("kernel")
class NamespaceClaimsTest {
    private static final List<String> PLAIN = List.of();

    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    @TempDir
    Path folder;

    private final Transport transport = new Transport(1);
    private AutoCloseable server = () -> {};

    @AfterEach
    void stop() throws Exception {
        server.close();
        transport.close();
    }

    private Path socket() {
        return folder.resolve("peer.sock");
    }

    private String ask(List<String> before, String netns) throws Exception {
        server = NsmServer.insecure(transport)
                .requests(new NamespaceClaims(ClaimProcess.accepting()))
                .listen(List.of(Url.unix(socket().toString())));
        return ClaimProcess.asking(before, socket(), netns, "path");
    }

    private String askFromAnotherPod(String netns, String how) throws Exception {
        serve(IN_A_POD, "judge", socket());
        return ClaimProcess.asking(UNPRIVILEGED, socket(), netns, how);
    }

    private void serve(List<String> before, Object... arguments) throws IOException {
        var process = ClaimProcess.listening(before, arguments);
        server = process::destroy;
    }

    @Test
    void a_client_that_may_enter_any_namespace_may_name_any() throws Exception {
        assertThat(ask(PLAIN, namespaces.create("claims-other").path())).isEqualTo("accepted");
    }

    @Test
    void a_client_without_that_right_may_not_name_anothers() throws Exception {
        assertThat(ask(UNPRIVILEGED, namespaces.create("claims-other").path()))
                .startsWith("NOT_AUTHORIZED inodeURL: /run/netns/claims-other")
                .contains("it is not the namespace of process");
    }

    @Test
    void a_client_without_that_right_may_name_its_own() throws Exception {
        assertThat(ask(UNPRIVILEGED, "own")).isEqualTo("accepted");
    }

    @Test
    void a_client_in_another_pod_than_the_manager_passes_its_namespace() throws Exception {
        assertThat(askFromAnotherPod(namespaces.create("claims-pod").path(), "file"))
                .isEqualTo("accepted");
    }

    @Test
    void a_client_in_another_pod_than_the_manager_may_not_name_a_path() throws Exception {
        assertThat(askFromAnotherPod(namespaces.create("claims-pod").path(), "path"))
                .startsWith("NOT_AUTHORIZED inodeURL: /run/netns/claims-pod")
                .contains("a pid namespace that cannot be seen from here");
    }

    @Test
    void the_nodes_own_namespace_is_refused_also_when_nobody_can_tell_who_passes_it() throws Exception {
        assertThat(askFromAnotherPod("own", "file")).contains("it is the network namespace of the node itself");
    }

    @Test
    void an_endpoint_without_that_right_may_not_answer_with_anothers() throws Exception {
        serve(
                UNPRIVILEGED,
                "answer",
                socket(),
                namespaces.create("claims-victim").path());
        assertThatThrownBy(this::askEndpoint)
                .isInstanceOf(Refused.class)
                .hasMessageContaining("it is not the namespace of process");
    }

    @Test
    void an_endpoint_without_that_right_may_answer_with_its_own() throws Exception {
        var workload = Namespaces.nameOf(namespaces.create("claims-own"));
        var inside = Stream.concat(Stream.of("ip", "netns", "exec", workload), UNPRIVILEGED.stream());
        serve(inside.toList(), "answer", socket(), "own");
        assertThat(askEndpoint().mechanism()).isInstanceOf(Mechanism.Kernel.class);
    }

    @Test
    void an_endpoint_that_may_enter_any_namespace_may_answer_with_any() throws Exception {
        serve(PLAIN, "answer", socket(), namespaces.create("claims-any").path());
        assertThat(askEndpoint().mechanism()).isInstanceOf(Mechanism.Kernel.class);
    }

    @Test
    void what_was_asked_before_is_no_excuse_for_another_endpoint_to_answer_it() throws Exception {
        var victim = namespaces.create("claims-former").path();
        serve(UNPRIVILEGED, "answer", socket(), victim);
        var continued = new Request(
                Connection.to("any").withMechanism(ClaimProcess.claim(victim)),
                List.of(new Mechanism.Kernel(Map.of())));
        assertThatThrownBy(() -> askEndpoint(continued)).isInstanceOf(Refused.class);
    }

    @Test
    void a_forwarder_may_answer_with_what_the_client_was_let_ask_for() throws Exception {
        var clients = namespaces.create("claims-client").path();
        serve(UNPRIVILEGED, "answer", socket(), clients);
        var asked = new Request(Connection.to("any"), List.of(ClaimProcess.claim(clients)));
        assertThat(askEndpoint(asked).mechanism()).isEqualTo(ClaimProcess.claim(clients));
    }

    private Connection askEndpoint() {
        return askEndpoint(new Request(Connection.to("any"), List.of(new Mechanism.Kernel(Map.of()))));
    }

    private Connection askEndpoint(Request request) {
        try (var channels = new Channels(transport, null, Tokens.NONE, ClientSettings.USUAL);
                var files = new PassedFiles()) {
            return new GrpcHops(channels, NamespaceClaims.OF_ANSWERS)
                    .at(Url.unix(socket().toString()))
                    .request(request, files, Instant.now().plusSeconds(30), cancel -> {});
        }
    }
}
