package org.nsm4j.grpc.spiffe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nsm4j.api.spiffe.SpiffeWorkloadAPIGrpc;
import org.nsm4j.api.spiffe.X509SVID;
import org.nsm4j.api.spiffe.X509SVIDRequest;
import org.nsm4j.api.spiffe.X509SVIDResponse;
import org.nsm4j.core.model.Refused;
import org.nsm4j.grpc.Sides;
import org.nsm4j.grpc.TestAuthority;
import org.nsm4j.grpc.server.Incoming;

@Timeout(60)
class WorkloadApiSourceTest {
    private final Sides sides = new Sides();
    private final Agent agent = new Agent();
    private final TestAuthority authority = new TestAuthority("nsm.local");
    private final TestAuthority partner = new TestAuthority("partner");

    @AfterEach
    void end() throws Exception {
        sides.close();
    }

    private WorkloadApiSource source(String address, Duration most) {
        return sides.closing(new WorkloadApiSource(address, sides.transport(), most));
    }

    private WorkloadApiSource source() {
        return source(sides.serve(sides.plain().service(agent)).toString(), Duration.ofSeconds(30));
    }

    private X509SVIDResponse answer(Svid svid) {
        return X509SVIDResponse.newBuilder()
                .addSvids(X509SVID.newBuilder()
                        .setSpiffeId(svid.id().toString())
                        .setX509Svid(der(svid.chain().toArray(java.security.cert.X509Certificate[]::new)))
                        .setX509SvidKey(ByteString.copyFrom(svid.key().getEncoded()))
                        .setBundle(der(authority.root()))
                        .setHint("ignored"))
                .putFederatedBundles("partner", der(partner.root()))
                .build();
    }

    private static ByteString der(java.security.cert.X509Certificate... certificates) {
        var all = ByteString.EMPTY;
        for (var each : certificates) {
            try {
                all = all.concat(ByteString.copyFrom(each.getEncoded()));
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException(e);
            }
        }
        return all;
    }

    @Test
    void gets_the_identity_and_all_bundles_and_says_that_it_is_no_browser() {
        var svid = authority.svid("/client");
        agent.answers.add(answer(svid));
        var identity = source().current();
        assertThat(identity.svid().id()).isEqualTo(svid.id());
        assertThat(identity.svid().chain()).isEqualTo(svid.chain());
        assertThat(identity.svid().key()).isEqualTo(svid.key());
        assertThat(identity.roots("nsm.local")).containsExactly(authority.root());
        assertThat(identity.roots("partner")).containsExactly(partner.root());
        assertThat(agent.header).isEqualTo("true");
    }

    @Test
    void a_later_answer_replaces_the_identity_and_listeners_hear_of_it() throws InterruptedException {
        agent.answers.add(answer(authority.svid("/client")));
        var source = source();
        source.current();
        var heard = new ArrayBlockingQueue<Identity>(4);
        source.onChange(heard::add);
        var next = authority.svid("/client");
        agent.answers.add(answer(next));
        var told = heard.poll(30, TimeUnit.SECONDS);
        assertThat(told).isNotNull();
        assertThat(told.svid().isSame(next)).isTrue();
        assertThat(source.current()).isSameAs(told);
    }

    @Test
    void asks_again_when_the_agent_has_restarted_and_keeps_the_identity_meanwhile() throws InterruptedException {
        var url = sides.unix();
        var first = sides.plain().service(agent).listen(List.of(url));
        agent.answers.add(answer(authority.svid("/client")));
        var source = source(url.toString(), Duration.ofSeconds(30));
        var before = source.current();
        var heard = new ArrayBlockingQueue<Identity>(4);
        source.onChange(heard::add);
        first.close();
        assertThat(source.current()).isSameAs(before);
        var next = new Agent();
        next.answers.add(answer(authority.svid("/client")));
        sides.closing(sides.plain().service(next).listen(List.of(url)));
        assertThat(heard.poll(30, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void says_the_cure_when_the_agent_knows_no_identity_for_us() {
        agent.refusal = Status.PERMISSION_DENIED.withDescription("no identity issued");
        var source = source(sides.serve(sides.plain().service(agent)).toString(), Duration.ofSeconds(1));
        assertThatThrownBy(source::current)
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.UNAVAILABLE))
                .hasMessageContaining("no identity issued")
                .hasMessageContaining("identity.yaml")
                .hasMessageContaining(System.getProperty("user.name"));
    }

    @Test
    void says_the_cure_when_nobody_listens() {
        var source = source("unix:" + sides.unix().rest(), Duration.ofSeconds(1));
        assertThatThrownBy(source::current)
                .isInstanceOf(Refused.class)
                .hasMessageContaining("expected: that nsm up or a SPIRE agent listens there");
    }

    @Test
    void refuses_an_answer_whose_certificate_is_for_another_id() {
        var wrong = answer(authority.svid("/client")).toBuilder();
        wrong.getSvidsBuilder(0).setSpiffeId("spiffe://nsm.local/admin");
        agent.answers.add(wrong.build());
        var source = source(sides.serve(sides.plain().service(agent)).toString(), Duration.ofSeconds(1));
        assertThatThrownBy(source::current)
                .isInstanceOf(Refused.class)
                .hasMessageContaining("a certificate that is not for spiffe://nsm.local/admin");
    }

    @Test
    void refuses_an_address_that_is_none() {
        assertThatThrownBy(() -> source("tcp://agent.example:8081", Duration.ofSeconds(1)))
                .isInstanceOf(Refused.class);
        assertThatThrownBy(() -> source("inode://4/17", Duration.ofSeconds(1))).isInstanceOf(Refused.class);
    }

    /** Streams what the test gives it. */
    private static final class Agent extends SpiffeWorkloadAPIGrpc.SpiffeWorkloadAPIImplBase {
        final BlockingQueue<X509SVIDResponse> answers = new ArrayBlockingQueue<>(4);
        volatile @Nullable Status refusal;
        volatile @Nullable String header;

        @Override
        public void fetchX509SVID(X509SVIDRequest request, StreamObserver<X509SVIDResponse> stream) {
            header = Incoming.current()
                    .headers()
                    .get(Metadata.Key.of("workload.spiffe.io", Metadata.ASCII_STRING_MARSHALLER));
            var reason = refusal;
            if (reason != null) {
                stream.onError(reason.asRuntimeException());
                return;
            }
            var ended = io.grpc.Context.current();
            Thread.ofVirtual().start(() -> {
                try {
                    while (!ended.isCancelled()) {
                        var answer = answers.poll(10, TimeUnit.MILLISECONDS);
                        if (answer != null) {
                            stream.onNext(answer);
                        }
                    }
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    }
}
