package org.nsm4j.testkit.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.chain.Origin;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.path.UpdatePath;
import org.nsm4j.testkit.fake.FakeEnd;
import org.nsm4j.testkit.schedule.SimulatedScheduler;

/** What the table keeps and tells of one connection after another; what happens when events meet is in {@link ConnectionTurnsTest}. */
class ConnectionTableTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SimulatedScheduler scheduler = new SimulatedScheduler(1);
    private final FakeEnd end = new FakeEnd();
    private ConnectionTable table = new ConnectionTable(scheduler);
    private Chain chain = manager();

    private Chain manager() {
        return Chain.through(new UpdatePath("manager", Requests.ids()), table).to(end);
    }

    @AfterEach
    void stop() {
        scheduler.close();
    }

    private ConnectionId onlyId() {
        return table.standing().getFirst().answer().id();
    }

    @Test
    void the_second_request_of_an_id_is_a_refresh_that_sees_the_last_answer() {
        end.answerAs("vpn-1");
        var answer = chain.request(Requests.first("a"), Caller.SELF);
        chain.request(Requests.again(answer), Caller.SELF);
        assertThat(end.log()).containsExactly("request FIRST", "request REFRESH");
        assertThat(end.lastRequest().flatMap(Call::previous).map(Connection::endpoint))
                .contains("vpn-1");
        assertThat(table.size()).isEqualTo(1);
    }

    @Test
    void a_close_of_an_unknown_id_goes_on_along_the_path() {
        chain.close(Requests.ofSegment("stranger").connection(), Caller.SELF);
        assertThat(end.log()).containsExactly("close");
        assertThat(table.size()).isZero();
    }

    @Test
    void a_close_closes_what_stands_and_not_what_the_caller_remembers() {
        end.answerAs("vpn-1");
        var answer = chain.request(Requests.first("a"), Caller.SELF);
        chain.close(answer.withEndpoint("another"), Caller.SELF);
        assertThat(end.closes().getFirst().connection().endpoint()).isEqualTo("vpn-1");
    }

    @Test
    void a_close_goes_on_under_the_tokens_that_came_with_it() {
        var answer = chain.request(Requests.first("a"), Caller.SELF);
        var path = answer.path();
        var fresh = path.segments().getFirst().withToken("fresh", Requests.EARLY);
        chain.close(answer.withPath(path.with(0, fresh)), Caller.SELF);
        assertThat(end.closes().getFirst().connection().path().segments().getFirst())
                .isEqualTo(fresh);
    }

    @Test
    void a_close_that_fails_is_reported_and_forgets_the_connection_all_the_same() {
        var answer = chain.request(Requests.first("a"), Caller.SELF);
        end.beforeClose(call -> {
            throw new AssertionError("bug in close");
        });
        assertThatThrownBy(() -> chain.close(answer, Caller.SELF)).hasMessage("bug in close");
        assertThat(table.size()).isZero();
    }

    @Test
    void a_close_that_the_caller_may_not_do_leaves_the_connection_as_it_is() {
        Element guard = new Element() {
            @Override
            public Connection request(Call call, Rest rest) {
                return rest.request(call);
            }

            @Override
            public void close(Call call, Rest rest) {
                throw new Refused(Refused.Reason.NOT_AUTHORIZED, "close: not yours");
            }
        };
        table = new ConnectionTable(scheduler);
        chain = Chain.through(new UpdatePath("manager", Requests.ids()), table, guard)
                .to(end);
        var answer = chain.request(Requests.first("a"), Caller.SELF);
        assertThatThrownBy(() -> chain.close(answer, Caller.SELF)).hasMessageContaining("not yours");
        assertThat(table.standing()).hasSize(1);
        assertThat(end.closes()).isEmpty();
    }

    @Test
    void a_close_that_only_the_next_hop_does_not_allow_is_a_close_here() {
        var answer = chain.request(Requests.first("a"), Caller.SELF);
        end.beforeClose(call -> {
            throw Refused.by("forwarder", Refused.Reason.NOT_AUTHORIZED, "close: not yours");
        });
        assertThatThrownBy(() -> chain.close(answer, Caller.SELF)).hasMessageContaining("not yours");
        assertThat(table.size()).isZero();
    }

    @Test
    void a_first_request_that_fails_leaves_no_entry() {
        end.refuse(Refused.Reason.NO_CAPACITY);
        assertThatThrownBy(() -> chain.request(Requests.first("a"), Caller.SELF))
                .isInstanceOf(Refused.class);
        assertThat(table.size()).isZero();
    }

    @Test
    void a_refresh_that_fails_leaves_what_stands_untouched() {
        var answer = chain.request(Requests.first("a"), Caller.SELF);
        var before = table.standing();
        end.refuse(Refused.Reason.UNAVAILABLE);
        assertThatThrownBy(() -> chain.request(Requests.again(answer.withService("other")), Caller.SELF))
                .isInstanceOf(Refused.class);
        assertThat(table.standing()).isEqualTo(before);
        assertThat(end.closes()).isEmpty();
    }

    @Test
    void reselecting_closes_what_stands_and_then_asks_anew() {
        end.answerAs("vpn-1");
        var answer = chain.request(Requests.first("a"), Caller.SELF);
        end.answerAs("vpn-2");
        var again = chain.request(Requests.again(answer.withState(Connection.State.RESELECT_REQUESTED)), Caller.SELF);
        assertThat(end.log()).containsExactly("request FIRST", "close", "request RESELECT");
        assertThat(end.lastRequest().flatMap(Call::previous)).isEmpty();
        assertThat(again.endpoint()).isEqualTo("vpn-2");
    }

    @Test
    void reselecting_goes_on_although_closing_fails() {
        var answer = chain.request(Requests.first("a"), Caller.SELF);
        end.beforeClose(call -> {
            throw new Refused(Refused.Reason.UNAVAILABLE, "forwarder: gone");
        });
        chain.request(Requests.again(answer.withState(Connection.State.RESELECT_REQUESTED)), Caller.SELF);
        assertThat(table.standing()).hasSize(1);
    }

    @Test
    void an_unknown_id_whose_path_goes_on_behind_us_is_adopted_and_nothing_is_closed_when_that_fails() {
        var path = Requests.path(0, "client/a", "manager/m", "forwarder/f");
        var known = Connection.to("intranet").withId(new ConnectionId("a")).withPath(path);
        Element late = (call, rest) -> {
            rest.request(call);
            throw new Refused(Refused.Reason.INTERNAL, "wire: no");
        };
        table = new ConnectionTable(scheduler);
        chain = Chain.through(new UpdatePath("manager", Requests.ids()), table, late)
                .to(end);
        assertThatThrownBy(() -> chain.request(new Request(known, List.of()), Caller.SELF))
                .isInstanceOf(Refused.class);
        assertThat(end.log()).containsExactly("request ADOPT");
        assertThat(table.size()).isZero();
    }

    @Test
    void an_unknown_id_whose_client_wants_another_endpoint_is_not_adopted() {
        var path = Requests.path(0, "client/a", "manager/m", "forwarder/f");
        var known = Connection.to("intranet")
                .withId(new ConnectionId("a"))
                .withPath(path)
                .withState(Connection.State.RESELECT_REQUESTED);
        chain.request(new Request(known, List.of()), Caller.SELF);
        assertThat(end.lastRequest().map(Call::origin)).contains(Origin.RESELECT);
    }

    @Test
    void a_connection_that_was_asked_for_once_can_be_closed_later() {
        chain.request(Requests.first("a"), Caller.SELF);
        table.closeLater(onlyId(), "token expired");
        scheduler.run(SECOND);
        assertThat(end.log()).containsExactly("request FIRST", "close");
        assertThat(table.size()).isZero();
    }

    @Test
    void asking_again_enters_at_the_top_with_the_last_answer() {
        end.answerAs("vpn-1");
        var answer = chain.request(Requests.first("a"), Caller.SELF);
        var again = table.requestAgain(onlyId(), connection -> connection, SECOND);
        assertThat(again).contains(answer);
        assertThat(end.log()).containsExactly("request FIRST", "request REFRESH");
    }

    @Test
    void reselecting_cuts_the_path_so_that_the_hops_behind_get_fresh_ids() {
        Element next = (call, rest) -> {
            var answer = rest.request(call);
            var path = answer.path();
            return answer.withPath(path.with(
                    path.segments().size(),
                    org.nsm4j.core.model.Segment.of(
                            "forwarder", new ConnectionId("f-" + end.requests().size()))));
        };
        table = new ConnectionTable(scheduler);
        chain = Chain.through(new UpdatePath("client", Requests.ids()), table, next)
                .to(end);
        chain.request(new Request(Connection.to("intranet"), List.of()), Caller.SELF);
        var again = table.reselect(onlyId(), SECOND).orElseThrow();
        assertThat(again.path().segments().stream().map(Object::toString))
                .containsExactly("client/id-1", "forwarder/f-2");
    }

    @Test
    void closing_all_closes_everything() {
        for (int i = 0; i < 5; i++) {
            chain.request(Requests.first("c" + i), Caller.SELF);
        }
        table.closeAll();
        assertThat(end.open()).isEmpty();
        assertThat(table.size()).isZero();
    }
}
