package org.nsm4j.app.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Opaque;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Refused;

/** Client and server over a real unix socket. */
class AdminSocketTest {
    @TempDir
    private Path folder;

    private final FakeNode node = new FakeNode();
    private Optional<Peer> peer = Optional.of(new Peer(1, 0, 0));
    private Path socket;
    private MultiThreadIoEventLoopGroup loop;
    private Server server;
    private AdminClient client;

    @BeforeEach
    void serve() throws IOException {
        socket = folder.resolve("admin.sock");
        loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        server = NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                .bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .channelType(EpollServerDomainSocketChannel.class)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .addService(AdminServer.of(node, AccessRule.ROOT, call -> peer))
                .build()
                .start();
        client = new AdminClient(socket);
    }

    @AfterEach
    void stop() {
        client.close();
        server.shutdownNow();
        loop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
    }

    private static ConnectRequest request(String url) {
        return new ConnectRequest(
                "app-0", url, new ConnectRequest.Target.Named("app"), true, Map.of("a", "b"), Duration.ofSeconds(15));
    }

    @Test
    void tells_each_step_of_a_connect_and_then_the_connection() {
        var steps = new ArrayList<Admin.Step>();
        assertThat(client.connect(request("kernel://vpn-gateway/nsm-1"), steps::add))
                .isEqualTo(FakeNode.connection("app-0"));
        assertThat(steps)
                .containsExactly(
                        new Admin.Step(1, "client → manager(node-a)", Duration.ofNanos(400_000)),
                        new Admin.Step(2, "registry: kernel://vpn-gateway/nsm-1", Duration.ofMillis(2)));
    }

    @Test
    void a_refusal_keeps_its_reason_hop_and_sentence() {
        assertThatThrownBy(() -> client.connect(request("kernel://full/nsm-1"), step -> {}))
                .isInstanceOfSatisfying(Refused.class, refused -> {
                    assertThat(refused.reason()).isEqualTo(Refused.Reason.NO_ADDRESS);
                    assertThat(refused.hop()).contains("fwd-a");
                    assertThat(refused.sentence()).isEqualTo("prefix: 172.16.1.0/31 (expected: a free address)");
                });
    }

    @Test
    void a_bug_in_the_node_arrives_as_an_internal_refusal() {
        assertThatThrownBy(() -> client.connect(request("kernel://bug/nsm-1"), step -> {}))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Refused.Reason.INTERNAL));
    }

    @Test
    void a_caller_that_goes_away_calls_the_connect_off() throws InterruptedException {
        assertThatThrownBy(() -> client.connect(request("kernel://slow/nsm-1"), step -> {
                    throw new IllegalStateException("the caller breaks off");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(node.calledOff.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void refuses_a_peer_that_the_rule_does_not_admit() {
        peer = Optional.of(new Peer(4711, 1000, 1000));
        assertThatThrownBy(() -> client.status())
                .isInstanceOf(Refused.class)
                .hasMessage("admin socket: caller uid=1000 gid=1000 pid=4711 (expected: root)");
        peer = Optional.empty();
        assertThatThrownBy(() -> client.status()).hasMessage("admin socket: caller unknown (expected: root)");
    }

    @Test
    void services_endpoints_and_nodes_arrive_as_they_were_listed() {
        var match = new NetworkService.Match(
                Map.of("app", "x"), List.of(new NetworkService.Destination(Map.of("app", "y"), 3)), true, Map.of());
        var service = new Item.OfService(new NetworkService("vpn", Payload.IP, List.of(match), List.of(), Opaque.NONE));
        var endpoint = new Item.OfEndpoint(Endpoint.named("vpng-1")
                .providing(List.of("vpn"))
                .withLabels(Map.of("vpn", Map.of("app", "y")))
                .at("tcp://10.0.0.1:5001")
                .until(java.time.Instant.parse("2026-11-21T10:00:00.5Z")));
        var other = new Item.OfNode(new NodeStatus("node-b", "tcp://b:5001", true, 2, 1, Duration.ofMillis(-7)));
        List.of(service, endpoint, other).forEach(item -> node.items.put(item.name(), item));
        assertThat(client.list(Item.Kind.SERVICE)).containsExactly(service);
        assertThat(client.list(Item.Kind.ENDPOINT)).containsExactly(endpoint);
        assertThat(client.list(Item.Kind.NODE)).containsExactly(other);
    }

    @Test
    void a_watch_tells_what_there_is_and_what_goes() {
        var connection = new Item.OfConnection(FakeNode.connection("app-0"));
        node.items.put("c", connection);
        var events = new ArrayList<Admin.Event>();
        client.watch(Item.Kind.CONNECTION, events::add);
        assertThat(events).containsExactly(new Admin.Event(connection, false), new Admin.Event(connection, true));
    }

    @Test
    void what_is_applied_and_deleted_arrives_as_it_was_sent() {
        var declaration = new Item.OfDeclaration(request("kernel://vpn-gateway/nsm-1"));
        assertThat(client.apply(List.of(declaration))).containsExactly(new Admin.Outcome("app-0", "created"));
        assertThat(node.items).containsValue(declaration);
        client.delete(List.of(declaration));
        assertThat(node.items).isEmpty();
    }

    @Test
    void status_explanation_token_drain_and_shutdown_cross_the_socket() {
        assertThat(client.status()).isEqualTo(node.status());
        assertThat(client.explain("vpn", Map.of("a", "b"))).isEqualTo(node.explain("vpn", Map.of("a", "b")));
        assertThat(client.createJoinToken(Duration.ofMinutes(1))).isEqualTo(node.createJoinToken(Duration.ZERO));
        assertThat(client.drain(Duration.ofSeconds(2))).isEqualTo(3);
        client.undrain();
        client.shutdown();
        assertThat(node.calls).containsExactly("drain PT2S", "undrain", "shutdown");
    }

    @Test
    void says_that_no_node_answers_where_there_is_no_socket() {
        try (var nobody = new AdminClient(folder.resolve("none.sock"))) {
            assertThatThrownBy(nobody::status)
                    .isInstanceOf(AdminUnreachable.class)
                    .hasMessageContaining("no node answers at " + folder.resolve("none.sock"));
        }
    }

    @Test
    void admits_members_of_the_group_and_nobody_else() throws IOException {
        var groups = Files.writeString(folder.resolve("group"), "root:x:0:\nnsm:x:990:anna,otto\n");
        var users = Files.writeString(
                folder.resolve("passwd"),
                "anna:x:1000:1000::/:/bin/sh\nbert:x:1001:1001::/:/bin/sh\ncarl:x:1002:990::/:/bin/sh\n");
        var rule = AccessRule.forGroup("nsm", groups, users);
        assertThat(rule.uids()).isEqualTo(Set.of(1000, 1002));
        assertThat(rule.admits(new Peer(1, 0, 0))).isTrue();
        assertThat(rule.admits(new Peer(1, 1000, 1000))).isTrue();
        assertThat(rule.admits(new Peer(1, 1001, 1001))).isFalse();
        assertThatThrownBy(() -> AccessRule.forGroup("nms", groups, users)).hasMessageContaining("\"nms\"");
    }
}
