package org.nsm4j.app.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.api.connection.Connection;
import org.nsm4j.api.connection.Path;
import org.nsm4j.api.connection.PathSegment;
import org.nsm4j.api.networkservice.NetworkServiceGrpc;
import org.nsm4j.api.networkservice.NetworkServiceRequest;

/** What a path has to be, and by which token it comes (wire §3.7, §5). */
@Timeout(60)
class PathRulesTest {
    @RegisterExtension
    static final Domain domain = new Domain();

    private static final String TOKEN = "nsm-client-token";
    private static final String EXPIRES = "nsm-client-token-expires";

    private static Peer client;

    @BeforeAll
    static void start() {
        domain.endpoint("paths");
        client = domain.peer("client");
    }

    private static Connection request(Metadata headers, NetworkServiceRequest asked) {
        return NetworkServiceGrpc.newBlockingStub(client.to(domain.manager(), headers))
                .withDeadlineAfter(15, TimeUnit.SECONDS)
                .request(asked);
    }

    private static Status.Code refusal(Metadata headers, NetworkServiceRequest asked) {
        try {
            request(headers, asked);
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
        return Status.Code.OK;
    }

    private static NetworkServiceRequest asking() {
        return Peer.asking("paths").build();
    }

    @Test
    void a_token_with_any_offset_of_its_end_is_taken() {
        var token = client.tokenFor(Domain.id("one/manager"));
        var inIndia = token.expires().atOffset(ZoneOffset.ofHoursMinutes(5, 30)).toString();
        assertThat(refusal(Peer.headers(TOKEN, token.value(), EXPIRES, inIndia), asking()))
                .isEqualTo(Status.Code.OK);
    }

    @Test
    void without_a_token_with_two_or_with_one_for_somebody_else_nobody_is_let_in() {
        var token = client.tokenFor(Domain.id("one/manager"));
        var end = token.expires().toString();
        assertThat(refusal(Peer.headers(), asking())).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(refusal(Peer.headers(TOKEN, token.value(), TOKEN, token.value(), EXPIRES, end), asking()))
                .isEqualTo(Status.Code.PERMISSION_DENIED);
        var forAnother = client.tokenFor(Domain.id("somebody"));
        assertThat(refusal(Peer.headers(TOKEN, forAnother.value(), EXPIRES, end), asking()))
                .isEqualTo(Status.Code.PERMISSION_DENIED);
        var stolen = domain.peer("thief").tokenFor(Domain.id("one/manager"));
        assertThat(refusal(Peer.headers(TOKEN, stolen.value(), EXPIRES, end), asking()))
                .isEqualTo(Status.Code.PERMISSION_DENIED);
    }

    @Test
    void a_path_that_does_not_fit_its_connection_is_refused() {
        var other = asking().toBuilder();
        other.getConnectionBuilder().setId("another");
        refused(other.build(), "another");
        var past = asking().toBuilder();
        past.getConnectionBuilder().getPathBuilder().setIndex(1);
        refused(past.build(), "index");
        var none = asking().toBuilder();
        none.getConnectionBuilder().clearPath();
        refused(none.build(), "");
    }

    @Test
    void what_a_caller_claims_of_hops_behind_is_written_over() {
        var asked = asking().toBuilder();
        asked.getConnectionBuilder()
                .setPath(Path.newBuilder()
                        .addPathSegments(asked.getConnection().getPath().getPathSegments(0))
                        .addPathSegments(
                                PathSegment.newBuilder().setName("stranger").setId("its-id")));
        var answer = client.connections(domain.manager())
                .withDeadlineAfter(15, TimeUnit.SECONDS)
                .request(asked.build());
        var second = answer.getPath().getPathSegments(1);
        assertThat(second.getName()).isEqualTo("one");
        assertThat(second.getId()).isNotEqualTo("its-id");
    }

    @Test
    void a_name_that_stands_in_the_callers_segment_already_makes_no_second_segment() {
        var asked = asking();
        var first = client.connections(domain.manager())
                .withDeadlineAfter(15, TimeUnit.SECONDS)
                .request(asked);
        var second = client.connections(domain.manager())
                .withDeadlineAfter(15, TimeUnit.SECONDS)
                .request(Peer.again(asked, first));
        assertThat(second.getPath().getPathSegmentsCount())
                .isEqualTo(first.getPath().getPathSegmentsCount());
        assertThat(Instant.ofEpochSecond(
                        second.getPath().getPathSegments(3).getExpires().getSeconds()))
                .isAfter(Instant.now());
    }

    private static void refused(NetworkServiceRequest asked, String text) {
        assertThatThrownBy(() -> client.connections(domain.manager())
                        .withDeadlineAfter(15, TimeUnit.SECONDS)
                        .request(asked))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining(text);
    }
}
