package org.nsm4j.grpc.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nsm4j.api.connection.ConnectionEvent;
import org.nsm4j.api.connection.MonitorConnectionGrpc;
import org.nsm4j.api.connection.MonitorScopeSelector;
import org.nsm4j.api.networkservice.NetworkServiceGrpc;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Opaque;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.model.Url;
import org.nsm4j.grpc.Sides;
import org.nsm4j.grpc.TestAuthority;
import org.nsm4j.grpc.TestIdentity;
import org.nsm4j.grpc.client.GrpcHops;

/** Many peers, and peers that do nothing: attacks 4 and 18. */
class CrowdTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    private final Sides sides = new Sides();
    private final TestAuthority authority = new TestAuthority("nsm.local");
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch arrived = new CountDownLatch(2);

    @AfterEach
    void close() throws Exception {
        release.countDown();
        sides.close();
    }

    /** Answers at once, but waits where the service is called "slow". */
    private final Requests echo = new Requests() {
        @Override
        public Connection request(Request request, Caller caller) {
            if (request.connection().service().equals("slow")) {
                arrived.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return request.connection();
        }

        @Override
        public void close(Connection connection, Caller caller) {}
    };

    private Url secure(ServerSettings settings, Watchable events) {
        var manager = new TestIdentity(authority.identity("/manager"));
        return sides.serve(
                sides.secure(manager).settings(settings).requests(echo).watch(events));
    }

    private Url secure(ServerSettings settings) {
        return secure(settings, (_, _, _) -> () -> {});
    }

    private Hop as(String identity, Url url) {
        return new GrpcHops(sides.secureClient(new TestIdentity(authority.identity(identity)))).at(url);
    }

    private static void ask(Hop hop) {
        hop.request(Sides.requestFor("vpn"), Sides.soon(), _ -> {});
    }

    private static void refused(Runnable call, String words) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NO_CAPACITY))
                .hasMessageContaining(words);
    }

    @Test
    void an_identity_has_no_more_connections_than_its_share_and_others_still_have_theirs() {
        var url = secure(ServerSettings.USUAL.withPerIdentity(new ServerSettings.PerIdentity(2, 10, 10)));
        ask(as("/greedy", url));
        ask(as("/greedy", url));
        refused(
                () -> ask(as("/greedy", url)),
                "connections of spiffe://nsm.local/greedy: more than 2 at once (expected: that others end first)");
        ask(as("/modest", url));
    }

    @Test
    void a_connection_too_many_is_told_so() {
        var url = secure(ServerSettings.USUAL.withMostConnections(2));
        ask(as("/one", url));
        ask(as("/two", url));
        refused(() -> ask(as("/three", url)), "connections of this server: more than 2 at once");
    }

    @Test
    void an_identity_has_no_more_requests_in_flight_than_its_share_and_others_still_have_theirs() throws Exception {
        var url = secure(ServerSettings.USUAL.withPerIdentity(new ServerSettings.PerIdentity(10, 2, 10)));
        var greedy = as("/greedy", url);
        var waiting = new ArrayList<Thread>();
        for (int i = 0; i < 2; i++) {
            waiting.add(
                    Thread.startVirtualThread(() -> greedy.request(Sides.requestFor("slow"), Sides.soon(), _ -> {})));
        }
        assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
        refused(() -> ask(greedy), "requests of spiffe://nsm.local/greedy: more than 2 at once");
        ask(as("/modest", url));
        release.countDown();
        for (var each : waiting) {
            each.join();
        }
        ask(greedy);
    }

    @Test
    void an_identity_has_no_more_streams_than_its_share() throws Exception {
        var subscribed = new CountDownLatch(2);
        var url = secure(ServerSettings.USUAL.withPerIdentity(new ServerSettings.PerIdentity(10, 10, 2)), (_, _, _) -> {
            subscribed.countDown();
            return () -> {};
        });
        var greedy = as("/greedy", url);
        var ended = new CompletableFuture<Refused>();
        var open = new ArrayList<AutoCloseable>();
        for (int i = 0; i < 2; i++) {
            open.add(greedy.monitor(Selector.ALL, new Told(ended)));
        }
        assertThat(subscribed.await(10, TimeUnit.SECONDS)).isTrue();
        open.add(greedy.monitor(Selector.ALL, new Told(ended)));
        assertThat(ended.get(10, TimeUnit.SECONDS)).hasMessageContaining("streams of spiffe://nsm.local/greedy");
        for (var each : open) {
            each.close();
        }
    }

    private record Told(CompletableFuture<Refused> end) implements Hop.Listener {
        @Override
        public void event(org.nsm4j.core.model.ConnectionEvent event) {}

        @Override
        public void ended(Refused reason) {
            end.complete(reason);
        }
    }

    @Test
    void a_message_and_headers_that_are_too_large_are_refused() {
        var url = secure(ServerSettings.USUAL.withMostMessage(2048));
        var hop = as("/client", url);
        var huge = "x".repeat(4096);
        assertThatThrownBy(() -> hop.request(Sides.requestFor(huge), Sides.soon(), _ -> {}))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NO_CAPACITY));
        var channels = sides.secureClient(new TestIdentity(authority.identity("/client")));
        var headers = new Metadata();
        headers.put(Metadata.Key.of("bomb", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(200 << 10));
        var status =
                call(channels.channel(url).newCall(NetworkServiceGrpc.getCloseMethod(), CallOptions.DEFAULT), headers);
        assertThat(status.getCode()).isNotEqualTo(Status.Code.OK);
        ask(hop);
    }

    private static Status call(
            ClientCall<org.nsm4j.api.connection.Connection, com.google.protobuf.Empty> call, Metadata headers) {
        var end = new CompletableFuture<Status>();
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                    }
                },
                headers);
        call.request(1);
        call.sendMessage(org.nsm4j.api.connection.Connection.getDefaultInstance());
        call.halfClose();
        return end.orTimeout(10, TimeUnit.SECONDS).join();
    }

    @Test
    void a_call_whose_message_does_not_come_is_refused() {
        var url = secure(ServerSettings.USUAL.withPatience(SHORT));
        var channels = sides.secureClient(new TestIdentity(authority.identity("/slow")));
        var call = channels.channel(url).newCall(NetworkServiceGrpc.getRequestMethod(), CallOptions.DEFAULT);
        var end = new CompletableFuture<Status>();
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                    }
                },
                new Metadata());
        call.request(1);
        // gRPC keeps the headers until something else goes out on the connection
        call(channels.channel(url).newCall(NetworkServiceGrpc.getCloseMethod(), CallOptions.DEFAULT), new Metadata());
        var status = end.orTimeout(10, TimeUnit.SECONDS).join();
        assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(status.getDescription()).contains("message: not here after PT0.3S");
    }

    @Test
    void a_watcher_that_does_not_read_is_cut_off_and_its_subscription_ends() throws Exception {
        var ended = new CountDownLatch(1);
        var one = ServerSettings.USUAL.withPatience(SHORT).withPerIdentity(new ServerSettings.PerIdentity(1, 10, 10));
        var url = secure(one, (_, _, listener) -> {
            Thread.startVirtualThread(() -> {
                for (int i = 0; i < 100_000 && ended.getCount() > 0; i++) {
                    listener.event(large());
                }
            });
            return ended::countDown;
        });
        var channels = sides.secureClient(new TestIdentity(authority.identity("/stalled")));
        var call =
                channels.channel(url).newCall(MonitorConnectionGrpc.getMonitorConnectionsMethod(), CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<ConnectionEvent>() {}, new Metadata());
        call.sendMessage(MonitorScopeSelector.getDefaultInstance());
        call.halfClose();
        assertThat(ended.await(10, TimeUnit.SECONDS))
                .as("the subscription ended")
                .isTrue();
        askUntilLetIn(as("/stalled", url));
    }

    /** Its one connection is in use until that is cut off. */
    private static void askUntilLetIn(Hop hop) {
        var until = Sides.soon();
        while (true) {
            try {
                ask(hop);
                return;
            } catch (Refused e) {
                assertThat(Instant.now()).as(e.getMessage()).isBefore(until);
            }
        }
    }

    private static org.nsm4j.core.model.ConnectionEvent large() {
        var segment = new Segment("s", new ConnectionId("i"), "t".repeat(60_000), null, Map.of(), Opaque.NONE);
        var connection = Connection.to("vpn").withPath(org.nsm4j.core.model.Path.startingAt(segment));
        return new org.nsm4j.core.model.ConnectionEvent(
                org.nsm4j.core.model.ConnectionEvent.Kind.UPDATE, List.of(connection));
    }

    @Test
    void a_peer_that_never_speaks_or_speaks_nonsense_is_cut_off() throws Exception {
        var secure = secure(ServerSettings.USUAL.withPatience(SHORT));
        assertThat(endOf(secure, new byte[0])).isTrue();
        assertThat(endOf(secure, new byte[] {0x16, 0x03, 0x01, 0x02, 0x00, 0x01}))
                .isTrue();
        assertThat(endOf(secure, "GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                .isTrue();
        var plain = sides.serve(
                sides.plain().settings(ServerSettings.USUAL.withPatience(SHORT)).requests(echo));
        assertThat(endOf(plain, "GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                .isTrue();
        assertThat(endOf(plain, new byte[0])).isTrue();
        assertThat(endOf(plain, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                .isTrue();
    }

    /** Whether the server ends a connection on which only these bytes ever come. */
    private static boolean endOf(Url url, byte[] bytes) throws IOException {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(url.rest()));
            channel.write(ByteBuffer.wrap(bytes));
            var socket = CompletableFuture.supplyAsync(() -> {
                var buffer = ByteBuffer.allocate(64 << 10);
                try {
                    while (channel.read(buffer.clear()) >= 0) {
                        // whatever the server says first
                    }
                } catch (IOException e) {
                    return true;
                }
                return true;
            });
            return socket.completeOnTimeout(false, 5, TimeUnit.SECONDS).join();
        }
    }
}
