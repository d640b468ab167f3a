package org.nsm4j.grpc.spiffe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.nsm4j.grpc.Sides.requestFor;
import static org.nsm4j.grpc.Sides.soon;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Url;
import org.nsm4j.grpc.Sides;
import org.nsm4j.grpc.TestAuthority;
import org.nsm4j.grpc.TestIdentity;
import org.nsm4j.grpc.client.GrpcHops;
import org.nsm4j.grpc.server.Requests;
import org.nsm4j.grpc.token.TokenReader;

@Timeout(60)
class SpiffeTlsTest {
    private final Sides sides = new Sides();
    private final TestAuthority authority = new TestAuthority("nsm.local");
    private final TestIdentity server = new TestIdentity(authority.identity("/manager"));
    private final ConcurrentLinkedQueue<Caller> callers = new ConcurrentLinkedQueue<>();

    @AfterEach
    void end() throws Exception {
        sides.close();
    }

    private final Requests answering = new Requests() {
        @Override
        public Connection request(Request request, Caller caller) {
            callers.add(caller);
            return request.connection();
        }

        @Override
        public void close(Connection connection, Caller caller) {}
    };

    private Url serve() {
        return sides.serve(sides.secure(server).requests(answering));
    }

    private Hop hop(Url url, IdentitySource client) {
        return new GrpcHops(sides.secureClient(client)).at(url);
    }

    private static void ask(Hop hop) {
        hop.request(requestFor("vpn"), soon(), _ -> {});
    }

    private static void refuses(Hop hop) {
        assertThatThrownBy(() -> ask(hop))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.UNAVAILABLE));
    }

    @Test
    void both_sides_know_each_other_and_a_token_for_the_server_comes_along() {
        var client = authority.identity("/client");
        var url = serve();
        var channels = sides.secureClient(new TestIdentity(client));
        ask(new GrpcHops(channels).at(url));
        var caller = callers.remove();
        assertThat(caller.peer()).contains(client.svid().id());
        assertThat(caller.certificate()).isEqualTo(client.svid().leaf());
        assertThat(channels.certificate(url)).contains(server.current().svid().leaf());
        var token = Objects.requireNonNull(caller.token());
        var reader = new TokenReader();
        assertThat(reader.read(token.value()).subject()).isEqualTo("spiffe://nsm.local/client");
        assertThat(reader.read(token.value()).audience()).containsExactly("spiffe://nsm.local/manager");
        assertThat(reader.read(token.value()).expires()).isEqualTo(token.expires());
        assertThat(reader.signedBy(token.value(), client.svid().leaf())).isTrue();
    }

    @Test
    void two_servers_on_unix_sockets_are_two_peers_although_both_hosts_are_called_the_same() {
        var other = new TestIdentity(authority.identity("/endpoint"));
        var second = sides.serve(sides.secure(other).requests(answering));
        var first = serve();
        var channels = sides.secureClient(new TestIdentity(authority.identity("/client")));
        var reader = new TokenReader();
        for (var url : List.of(first, second)) {
            ask(new GrpcHops(channels).at(url));
            var token = Objects.requireNonNull(callers.remove().token());
            assertThat(reader.read(token.value()).audience())
                    .containsExactly(url.equals(first) ? "spiffe://nsm.local/manager" : "spiffe://nsm.local/endpoint");
        }
        assertThat(channels.certificate(second)).contains(other.current().svid().leaf());
    }

    @Test
    void tls_holds_over_tcp_too_whatever_the_address_is_called() {
        var listening =
                sides.closing(sides.secure(server).requests(answering).listen(List.of(Url.parse("tcp://127.0.0.1:0"))));
        ask(hop(listening.urls().getFirst(), new TestIdentity(authority.identity("/client"))));
        assertThat(callers).hasSize(1);
    }

    @Test
    void the_same_token_goes_along_with_each_call() {
        var hop = hop(serve(), new TestIdentity(authority.identity("/client")));
        ask(hop);
        ask(hop);
        assertThat(callers.remove().token()).isEqualTo(callers.remove().token());
    }

    @Test
    void a_client_of_another_trust_domain_is_turned_away() {
        var other = new TestAuthority("elsewhere");
        var client = new Identity(other.svid("/client"), authority.bundles());
        refuses(hop(serve(), new TestIdentity(client)));
        assertThat(callers).isEmpty();
    }

    @Test
    void a_client_whose_authority_only_bears_the_right_name_is_turned_away() {
        var impostor = new TestAuthority("nsm.local");
        refuses(hop(serve(), new TestIdentity(new Identity(impostor.svid("/client"), authority.bundles()))));
        assertThat(callers).isEmpty();
    }

    @Test
    void an_authority_may_not_speak_for_another_trust_domain() {
        var other = new TestAuthority("elsewhere");
        server.rotate(new Identity(
                server.current().svid(),
                Map.of("nsm.local", Set.of(authority.root()), "elsewhere", Set.of(other.root()))));
        var url = serve();
        var forged = other.svid(Instant.now().plusSeconds(60), "spiffe://nsm.local/client");
        refuses(hop(url, new TestIdentity(new Identity(forged, authority.bundles()))));
        var honest = new Identity(other.svid("/client"), authority.bundles());
        ask(hop(url, new TestIdentity(honest)));
        assertThat(callers.remove().peer()).contains(honest.svid().id());
    }

    @Test
    void an_expired_client_is_turned_away() {
        var expired = authority.svid(Instant.now().minus(Duration.ofHours(1)), "spiffe://nsm.local/client");
        refuses(hop(serve(), new TestIdentity(new Identity(expired, authority.bundles()))));
        assertThat(callers).isEmpty();
    }

    @Test
    void a_client_with_two_uris_is_turned_away() {
        var two =
                authority.svid(Instant.now().plusSeconds(60), "spiffe://nsm.local/client", "https://nsm.local/client");
        refuses(hop(serve(), new TestIdentity(new Identity(two, authority.bundles()))));
        assertThat(callers).isEmpty();
    }

    @Test
    void a_client_without_tls_is_turned_away() {
        refuses(new GrpcHops(sides.plainClient()).at(serve()));
        assertThat(callers).isEmpty();
    }

    @Test
    void a_client_that_shows_no_certificate_is_turned_away() throws SSLException {
        var url = serve();
        var channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(url.rest()))
                .channelType(EpollDomainSocketChannel.class, DomainSocketAddress.class)
                .eventLoopGroup(sides.transport().loops())
                .overrideAuthority("localhost")
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(new SpiffeTrust(server))
                        .build())
                .build();
        sides.closing(channel::shutdownNow);
        assertThatThrownBy(() -> HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance()))
                .hasMessageContaining("UNAVAILABLE");
    }

    @Test
    void a_server_that_the_client_does_not_trust_is_not_talked_to() {
        var other = new TestAuthority("elsewhere");
        server.rotate(new Identity(
                server.current().svid(),
                Map.of("nsm.local", Set.of(authority.root()), "elsewhere", Set.of(other.root()))));
        refuses(hop(serve(), new TestIdentity(other.identity("/client"))));
        assertThat(callers).isEmpty();
    }

    @Test
    void rotation_keeps_connections_whose_tokens_still_verify_and_new_ones_show_the_new_identity() {
        var client = new TestIdentity(authority.identity("/client"));
        var hop = hop(serve(), client);
        ask(hop);
        var before = callers.remove();
        client.rotate(authority.identity("/client"));
        server.rotate(authority.identity("/manager"));
        ask(hop);
        var kept = callers.remove();
        // the connection still has its certificate, by which its server checks the token (wire §5.7)
        var certificate = Objects.requireNonNull(kept.certificate());
        assertThat(certificate).isEqualTo(before.certificate());
        var token = Objects.requireNonNull(kept.token());
        assertThat(new TokenReader().signedBy(token.value(), certificate)).isTrue();
        var url = serve();
        ask(hop(url, client));
        var renewed = callers.remove();
        var leaf = client.current().svid().leaf();
        assertThat(renewed.certificate()).isEqualTo(leaf);
        token = Objects.requireNonNull(renewed.token());
        assertThat(new TokenReader().signedBy(token.value(), leaf)).isTrue();
    }

    @Test
    void connections_are_shared_by_all_calls_to_a_url() {
        var seen = ConcurrentHashMap.<X509Certificate>newKeySet();
        var client = new TestIdentity(authority.identity("/client"));
        var hops = new GrpcHops(sides.secureClient(client));
        var url = serve();
        for (int i = 0; i < 20; i++) {
            ask(hops.at(url));
            client.rotate(authority.identity("/client"));
        }
        callers.forEach(caller -> seen.add(caller.certificate()));
        assertThat(seen).hasSize(1);
    }
}
