package org.nsm4j.app.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Timestamps;
import com.nimbusds.jwt.SignedJWT;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.text.ParseException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.api.connection.Connection;
import org.nsm4j.api.connection.PathSegment;
import org.nsm4j.api.connection.State;
import org.nsm4j.api.networkservice.NetworkServiceGrpc;
import org.nsm4j.api.networkservice.NetworkServiceRequest;
import org.nsm4j.core.model.Url;

/** Request, refresh and close, on one node and across two (behaviour §8.1). */
@Timeout(60)
class ConnectionTest {
    @RegisterExtension
    static final Domain domain = new Domain();

    private static Domain.Counts endpoint;
    private static Peer client;

    @BeforeAll
    static void start() {
        endpoint = domain.endpoint("connections");
        client = domain.peer("client");
    }

    private static NetworkServiceGrpc.NetworkServiceBlockingStub at(Url manager) {
        return client.connections(manager).withDeadlineAfter(15, TimeUnit.SECONDS);
    }

    private static List<String> names(Connection answer) {
        return answer.getPath().getPathSegmentsList().stream()
                .map(PathSegment::getName)
                .toList();
    }

    @Test
    void on_one_node_the_path_is_client_manager_forwarder_endpoint() {
        var asked = Peer.asking("connections").build();
        var answer = at(domain.manager()).request(asked);
        assertThat(names(answer)).containsExactly("client", "one", "one-forwarder", "endpoint-connections");
        at(domain.manager()).close(answer);
    }

    @Test
    void across_two_nodes_it_has_six_segments() {
        var answer =
                at(domain.otherManager()).request(Peer.asking("connections").build());
        assertThat(names(answer))
                .containsExactly("client", "two", "two-forwarder", "one", "one-forwarder", "endpoint-connections");
        at(domain.otherManager()).close(answer);
    }

    @Test
    void the_answer_is_seen_from_the_caller_and_says_all_that_was_chosen() {
        var asked = Peer.asking("connections").build();
        var answer = at(domain.manager()).request(asked);
        assertThat(answer.getId()).isEqualTo(asked.getConnection().getId());
        assertThat(answer.getPath().getIndex()).isZero();
        assertThat(answer.getPath().getPathSegments(0).getId()).isEqualTo(answer.getId());
        assertThat(answer.getState()).isEqualTo(State.UP);
        assertThat(answer.getPayload()).isEqualTo("IP");
        assertThat(answer.getNetworkServiceEndpointName()).isEqualTo("endpoint-connections");
        assertThat(answer.getMechanism().getCls()).isEqualTo("LOCAL");
        assertThat(answer.getMechanism().getType()).isEqualTo("KERNEL");
        assertThat(answer.getMechanism().getParametersMap())
                .containsEntry("name", "nsm-1")
                .containsEntry("inodeURL", asked.getMechanismPreferences(0).getParametersOrThrow("inodeURL"));
        assertThat(answer.getLabelsMap()).containsEntry("nodeName", "one");
        var ip = answer.getContext().getIpContext();
        assertThat(ip.getSrcIpAddrsList()).singleElement().asString().endsWith("/32");
        assertThat(ip.getSrcRoutesList())
                .singleElement()
                .satisfies(route -> assertThat(route.getPrefix()).isEqualTo(ip.getDstIpAddrs(0)));
        at(domain.manager()).close(answer);
    }

    @Test
    void each_token_is_for_the_next_hop_and_says_when_it_ends() throws ParseException {
        var answer =
                at(domain.otherManager()).request(Peer.asking("connections").build());
        var segments = answer.getPath().getPathSegmentsList();
        for (int i = 0; i < segments.size(); i++) {
            var token = SignedJWT.parse(segments.get(i).getToken());
            assertThat(token.getHeader().getAlgorithm().getName()).isEqualTo("ES256");
            assertThat(token.getPayload().toString()).contains("\"aud\":[\"spiffe://");
            assertThat(Timestamps.toMillis(segments.get(i).getExpires()) / 1000)
                    .isLessThanOrEqualTo(
                            token.getJWTClaimsSet().getExpirationTime().getTime() / 1000);
            if (i + 1 < segments.size()) {
                var next = SignedJWT.parse(segments.get(i + 1).getToken()).getJWTClaimsSet();
                assertThat(token.getJWTClaimsSet().getAudience()).contains(next.getSubject());
            }
        }
        at(domain.otherManager()).close(answer);
    }

    @Test
    void a_refresh_keeps_ids_addresses_and_length_and_a_close_reaches_the_endpoint_once() {
        var asked = Peer.asking("connections").build();
        var first = at(domain.otherManager()).request(asked);
        int requests = endpoint.requests.get();
        int closes = endpoint.closes.get();

        var second = at(domain.otherManager()).request(Peer.again(asked, first));

        assertThat(endpoint.requests.get()).isEqualTo(requests + 1);
        assertThat(second.getContext().getIpContext())
                .isEqualTo(first.getContext().getIpContext());
        assertThat(second.getPath().getPathSegmentsList())
                .extracting(PathSegment::getId)
                .isEqualTo(first.getPath().getPathSegmentsList().stream()
                        .map(PathSegment::getId)
                        .toList());

        at(domain.otherManager()).close(second);
        assertThat(endpoint.closes.get()).isEqualTo(closes + 1);
    }

    @Test
    void closing_what_nobody_knows_succeeds() {
        at(domain.manager()).close(Peer.asking("connections").getConnection());
    }

    @Test
    void one_who_asks_to_reselect_gets_another_connection_and_the_old_one_is_closed() {
        var asked = Peer.asking("connections").build();
        var first = at(domain.manager()).request(asked);
        int closes = endpoint.closes.get();
        var again = first.toBuilder()
                .clearMechanism()
                .clearNetworkServiceEndpointName()
                .setState(State.RESELECT_REQUESTED)
                .build();
        var second = at(domain.manager()).request(Peer.again(asked, again));
        assertThat(second.getState()).isEqualTo(State.UP);
        assertThat(endpoint.closes.get()).isEqualTo(closes + 1);
        at(domain.manager()).close(second);
    }

    @Test
    void a_service_of_another_domain_is_refused() {
        refused(Peer.asking("connections@elsewhere.test").build(), Status.Code.UNIMPLEMENTED, "elsewhere.test");
    }

    @Test
    void a_service_that_nobody_registered_and_a_payload_that_it_does_not_carry_are_refused() {
        refused(Peer.asking("unheard").build(), Status.Code.NOT_FOUND, "unheard");
        var ethernet = Peer.asking("connections");
        ethernet.getConnectionBuilder().setPayload("ETHERNET");
        refused(ethernet.build(), Status.Code.UNIMPLEMENTED, "ETHERNET");
    }

    @Test
    void a_mechanism_that_nobody_here_has_is_refused() {
        var asked = Peer.asking("connections");
        asked.getMechanismPreferencesBuilder(0).setType("CARRIER_PIGEON");
        refused(asked.build(), Status.Code.UNIMPLEMENTED, "CARRIER_PIGEON");
    }

    private static void refused(NetworkServiceRequest asked, Status.Code code, String text) {
        assertThatThrownBy(() -> at(domain.manager()).request(asked))
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(code);
                    assertThat(e.getStatus().getDescription()).contains(text);
                });
    }
}
