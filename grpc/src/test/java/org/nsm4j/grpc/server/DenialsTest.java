package org.nsm4j.grpc.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.nsm4j.grpc.Sides.requestFor;
import static org.nsm4j.grpc.Sides.soon;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.grpc.Sides;
import org.nsm4j.grpc.TestAuthority;
import org.nsm4j.grpc.TestIdentity;
import org.nsm4j.grpc.client.GrpcHops;

/** Callers with identities, over a real socket; the service that each asks for says what becomes of it. */
class DenialsTest {
    private final Sides sides = new Sides();
    private final TestAuthority authority = new TestAuthority("nsm.local");
    private final Denials denials = new Denials();

    @AfterEach
    void close() throws Exception {
        sides.close();
    }

    private final org.nsm4j.core.model.Url url = sides.serve(sides.secure(
                    new TestIdentity(authority.identity("/server")))
            .denials(denials)
            .requests(new Requests() {
                @Override
                public Connection request(Request request, Caller caller) {
                    var service = request.connection().service();
                    throw switch (service) {
                        case "full" -> new Refused(Refused.Reason.NO_CAPACITY, "requests: 9 (expected: at most 8)");
                        case "gone" -> new Refused(Refused.Reason.NOT_FOUND, "service: gone");
                        default -> Refused.by("far", Refused.Reason.NOT_AUTHORIZED, "rule x refused " + service);
                    };
                }

                @Override
                public void close(Connection connection, Caller caller) {
                    throw new Refused(Refused.Reason.NOT_AUTHORIZED, "rule segment_owner");
                }
            }));

    private Hop as(String identity) {
        return new GrpcHops(sides.secureClient(new TestIdentity(authority.identity(identity)))).at(url);
    }

    private static void ask(Hop hop, String service) {
        assertThatThrownBy(() -> hop.request(requestFor(service), soon(), _ -> {}))
                .isInstanceOf(Refused.class);
    }

    @Test
    void tells_who_was_denied_what_by_whom_and_why_the_latest_first() {
        var thief = as("/thief");
        ask(thief, "vpn");
        assertThatThrownBy(() -> thief.close(requestFor("vpn").connection(), soon()))
                .isInstanceOf(Refused.class);
        var latest = denials.latest();
        assertThat(latest).hasSize(2);
        assertThat(latest.getLast().caller())
                .isEqualTo("spiffe://nsm.local/thief (process %d)"
                        .formatted(ProcessHandle.current().pid()));
        assertThat(latest.getLast())
                .extracting(Denials.Denial::asked, Denials.Denial::hop, Denials.Denial::sentence)
                .containsExactly("networkservice.NetworkService/Request", "far", "rule x refused vpn");
        assertThat(latest.getFirst())
                .extracting(Denials.Denial::asked, Denials.Denial::hop, Denials.Denial::sentence)
                .containsExactly("networkservice.NetworkService/Close", "", "rule segment_owner");
    }

    @Test
    void a_limit_is_a_denial_and_what_is_not_there_is_none() {
        var client = as("/client");
        ask(client, "full");
        ask(client, "gone");
        assertThat(denials.latest()).extracting(Denials.Denial::reason).containsExactly(Refused.Reason.NO_CAPACITY);
    }

    @Test
    void the_same_again_is_counted() {
        var client = as("/client");
        for (int i = 0; i < 5; i++) {
            ask(client, "vpn");
        }
        assertThat(denials.latest()).extracting(Denials.Denial::times).containsExactly(5L);
    }

    @Test
    void who_is_denied_again_and_again_pushes_out_his_own_only() {
        ask(as("/victim"), "vpn");
        var flooding = as("/flood");
        for (int i = 0; i < 3 * Denials.EACH; i++) {
            ask(flooding, "s-" + i);
        }
        assertThat(denials.latest()).hasSize(1 + Denials.EACH);
        assertThat(denials.latest().getLast().caller()).startsWith("spiffe://nsm.local/victim");
        assertThat(denials.latest().getFirst().sentence()).isEqualTo("rule x refused s-" + (3 * Denials.EACH - 1));
    }
}
