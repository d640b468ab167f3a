package org.nsm4j.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Opaque;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.schedule.LiveScheduler;

class AuthorizeTest {
    private static final Instant END = Instant.MAX;
    private static final String GOOD = PlainTokens.token("client", "manager", "2999-01-01T00:00:00Z", "peer");
    private static final String FORGED = PlainTokens.token("client", "manager", "2999-01-01T00:00:00Z", "stranger");
    private static final String OURS = PlainTokens.token("manager", "client", "2999-01-01T00:00:00Z", "manager");
    private static final Caller PEER = new Caller(null, PlainTokens.PEER, null, null, false);

    private final LiveScheduler scheduler = new LiveScheduler();
    private final Owners owners = new Owners(PlainTokens::subject);
    private final List<String> reached = new ArrayList<>();
    private final Element hop = new Element() {
        @Override
        public Connection request(Call call, Rest rest) {
            reached.add("request");
            return call.connection();
        }

        @Override
        public void close(Call call, Rest rest) {
            reached.add("close");
        }
    };

    @AfterEach
    void stop() {
        scheduler.close();
    }

    private Chain server() {
        var policies = PolicySet.parse(PolicySet.SERVER, new PlainTokens());
        return Chain.through(new Authorize(policies, owners, scheduler), new ConnectionTable(scheduler))
                .to(hop);
    }

    private static Request request(String client, @Nullable String next) {
        var segments = new ArrayList<>(List.of(segment("client", client), segment("manager", OURS)));
        if (next != null) {
            segments.add(segment("forwarder", next));
        }
        var id = new ConnectionId("manager");
        return new Request(Connection.to("vpn").withId(id).withPath(new Path(1, segments, Opaque.NONE)), List.of());
    }

    private static Segment segment(String name, String token) {
        return Segment.of(name, new ConnectionId(name)).withToken(token, END);
    }

    @Test
    void lets_a_caller_in_whose_token_it_has_signed_whatever_lies_right_of_us() {
        server().request(request(GOOD, "rubbish left over from another path"), PEER);
        assertThat(reached).containsExactly("request");
    }

    @Test
    void refuses_a_forged_token_before_anything_is_made() {
        assertThatThrownBy(() -> server().request(request(FORGED, null), PEER))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("no sufficient privileges: rule prev_token_signed");
        assertThat(reached).isEmpty();
    }

    @Test
    void a_close_that_is_refused_closes_nothing_and_forgets_nothing() {
        var policies = PolicySet.parse(PolicySet.SERVER, new PlainTokens());
        var table = new ConnectionTable(scheduler);
        var chain =
                Chain.through(new Authorize(policies, owners, scheduler), table).to(hop);
        chain.request(request(GOOD, null), PEER);
        assertThatThrownBy(() -> chain.close(request(FORGED, null).connection(), PEER))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("no sufficient privileges");
        assertThat(reached).containsExactly("request");
        assertThat(table.size()).isEqualTo(1);
        chain.close(request(GOOD, null).connection(), PEER);
        assertThat(reached).containsExactly("request", "close");
    }

    private Chain owned(ConnectionTable table) {
        var policies = PolicySet.parse(PolicySet.SERVER, new PlainTokens());
        return Chain.through(new Authorize(policies, owners, scheduler), table, new KeepOwner(owners))
                .to(hop);
    }

    private static Caller by(String neighbour) {
        return new Caller(new SpiffeId("test", "/" + neighbour), PlainTokens.PEER, null, null, false);
    }

    @Test
    void a_connection_that_another_identity_asked_for_is_neither_taken_over_nor_closed() {
        var table = new ConnectionTable(scheduler);
        var chain = owned(table);
        chain.request(request(GOOD, null), by("client"));
        var stranger = request(PlainTokens.token("stranger", "manager", "2999-01-01T00:00:00Z", "peer"), null);
        assertThatThrownBy(() -> chain.request(stranger, by("stranger")))
                .hasMessageContaining("rule segment_owner: connection manager: asked for by spiffe://test/stranger");
        assertThatThrownBy(() -> chain.close(stranger.connection(), by("stranger")))
                .hasMessageContaining("rule segment_owner");
        assertThat(reached).containsExactly("request");
        assertThat(table.size()).isEqualTo(1);
    }

    @Test
    void the_owner_goes_on_by_way_of_another_neighbour_and_the_id_is_free_when_it_has_closed() {
        var chain = owned(new ConnectionTable(scheduler));
        chain.request(request(GOOD, null), by("manager-1"));
        chain.request(request(GOOD, null), by("manager-2"));
        chain.close(request(GOOD, null).connection(), by("manager-2"));
        assertThat(owners.size()).isZero();
        var next = PlainTokens.token("stranger", "manager", "2999-01-01T00:00:00Z", "peer");
        chain.request(request(next, null), by("stranger"));
        assertThat(reached).containsExactly("request", "request", "close", "request");
    }

    @Test
    void the_owner_closes_also_when_tokens_along_the_path_have_ended() {
        var chain = owned(new ConnectionTable(scheduler));
        chain.request(request(GOOD, null), by("client"));
        var ended = PlainTokens.token("client", "manager", "2000-01-01T00:00:00Z", "peer");
        assertThatThrownBy(() -> chain.request(request(ended, null), by("client")))
                .hasMessageContaining("rule tokens_expired");
        assertThatThrownBy(() -> chain.close(request(ended, null).connection(), by("another-hop")))
                .hasMessageContaining("rule tokens_expired");
        chain.close(request(ended, null).connection(), by("client"));
        assertThat(reached).containsExactly("request", "close");
    }

    @Test
    void a_first_request_that_fails_leaves_no_owner() {
        Element failing = (call, rest) -> {
            throw new Refused(Refused.Reason.NO_ADDRESS, "none left");
        };
        var policies = PolicySet.parse(PolicySet.SERVER, new PlainTokens());
        var chain = Chain.through(
                        new Authorize(policies, owners, scheduler),
                        new ConnectionTable(scheduler),
                        new KeepOwner(owners))
                .to(failing);
        assertThatThrownBy(() -> chain.request(request(GOOD, null), by("client")))
                .hasMessageContaining("none left");
        assertThat(owners.size()).isZero();
    }

    @Test
    void calls_of_this_process_and_of_a_domain_without_identities_pass() {
        server().request(request(FORGED, null), Caller.SELF);
        server().request(request(FORGED, null), new Caller(null, null, null, null, false));
        assertThat(reached).containsExactly("request", "request");
    }

    @Test
    void an_answer_that_the_next_hop_has_not_signed_is_closed_again_the_first_time_only() {
        var policies = PolicySet.parse(List.of("etc/nsm/opa/client/.*.rego"), new PlainTokens());
        var answers = new ArrayList<>(List.of(FORGED, GOOD, FORGED));
        Element signing = new Element() {
            @Override
            public Connection request(Call call, Rest rest) {
                reached.add("request");
                var path = call.connection().path().with(2, segment("forwarder", answers.removeFirst()));
                return call.connection().withPath(path);
            }

            @Override
            public void close(Call call, Rest rest) {
                reached.add("close");
            }
        };
        Element towards = (call, rest) -> rest.request(call.towards(Url.parse("tcp://10.0.0.1:5001")));
        var chain = Chain.through(
                        new ConnectionTable(scheduler),
                        towards,
                        new AuthorizeAnswer(policies, url -> Optional.of(PlainTokens.PEER), scheduler))
                .to(signing);
        assertThatThrownBy(() -> chain.request(request(OURS, null), PEER)).isInstanceOf(Refused.class);
        assertThat(reached).containsExactly("request", "close");
        chain.request(request(OURS, null), PEER);
        assertThatThrownBy(() -> chain.request(request(OURS, null), PEER))
                .hasMessageContaining("rule next_token_signed");
        assertThat(reached).containsExactly("request", "close", "request", "request");
    }
}
