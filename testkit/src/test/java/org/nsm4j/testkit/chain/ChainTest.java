package org.nsm4j.testkit.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.UpdatePath;
import org.nsm4j.testkit.fake.FakeEnd;
import org.nsm4j.testkit.fake.FakeThing;
import org.nsm4j.testkit.schedule.SimulatedScheduler;

class ChainTest {
    private final FakeEnd end = new FakeEnd();
    private final List<String> log = new ArrayList<>();

    /** Accepts, lets the rest accept, and then changes its mind. */
    private static final class RefuseAfterwards implements Element {
        boolean refuses = true;

        @Override
        public Connection request(Call call, Rest rest) {
            var answer = rest.request(call);
            if (refuses) {
                throw new Refused(Refused.Reason.NOT_AUTHORIZED, "answer: not signed (expected: a token)");
            }
            return answer;
        }
    }

    private static final class AnswerWithoutAsking implements Element {
        @Override
        public Connection request(Call call, Rest rest) {
            return call.connection();
        }

        @Override
        public void close(Call call, Rest rest) {}
    }

    private static final class Lease extends FakeThing {
        Lease(String name, List<String> log) {
            super(name, log);
        }
    }

    @Test
    void an_element_that_answers_without_asking_is_reported_by_name() {
        var chain = Chain.through(new AnswerWithoutAsking()).to(end);
        assertThatThrownBy(() -> chain.request(Requests.first("a"), Caller.SELF))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("AnswerWithoutAsking");
    }

    @Test
    void an_element_that_does_not_close_the_rest_is_reported_by_name_and_the_rest_is_closed() {
        var chain = Chain.through(new AnswerWithoutAsking()).to(end);
        assertThatThrownBy(() -> chain.close(Requests.first("a").connection(), Caller.SELF))
                .hasMessageContaining("AnswerWithoutAsking");
        assertThat(end.log()).containsExactly("close");
    }

    @Test
    void describes_its_elements_in_order() {
        var chain = Chain.through(new UpdatePath("manager", Requests.ids()), new RefuseAfterwards())
                .to(end);
        assertThat(chain.describe()).isEqualTo("""
                UpdatePath
                RefuseAfterwards
                FakeEnd
                """);
    }

    @Test
    void a_failure_after_the_rest_accepted_closes_the_rest_once() {
        var chain = Chain.through((call, rest) -> rest.request(call), new RefuseAfterwards())
                .to(end);
        assertThatThrownBy(() -> chain.request(Requests.first("a"), Caller.SELF))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NOT_AUTHORIZED));
        assertThat(end.log()).containsExactly("request FIRST", "close");
    }

    @Test
    void a_failure_of_the_compensation_is_kept_as_suppressed() {
        end.beforeClose(call -> {
            throw new Refused(Refused.Reason.UNAVAILABLE, "endpoint: gone");
        });
        var chain = Chain.through(new RefuseAfterwards()).to(end);
        var failure = catchThrowable(() -> chain.request(Requests.first("a"), Caller.SELF));
        assertThat(failure.getSuppressed())
                .singleElement()
                .satisfies(e -> assertThat(e).hasMessageContaining("endpoint: gone"));
    }

    @Test
    void an_error_in_the_compensation_does_not_hide_the_reason() {
        end.beforeClose(call -> {
            throw new AssertionError("bug in close");
        });
        var chain = Chain.through(new RefuseAfterwards()).to(end);
        assertThatThrownBy(() -> chain.request(Requests.first("a"), Caller.SELF))
                .isInstanceOf(Refused.class);
    }

    @Test
    void an_error_in_one_close_does_not_keep_the_rest_from_closing() {
        var chain = Chain.through(new Element() {
                    @Override
                    public Connection request(Call call, Rest rest) {
                        return rest.request(call);
                    }

                    @Override
                    public void close(Call call, Rest rest) {
                        throw new AssertionError("bug in close");
                    }
                })
                .to(end);
        assertThatThrownBy(() -> chain.close(Requests.first("a").connection(), Caller.SELF))
                .hasMessage("bug in close");
        assertThat(end.log()).containsExactly("close");
    }

    @Test
    void asking_again_after_success_closes_the_former_first() {
        Element twice = (call, rest) -> {
            rest.request(call);
            return rest.request(call);
        };
        Chain.through(twice).to(end).request(Requests.first("a"), Caller.SELF);
        assertThat(end.log()).containsExactly("request FIRST", "close", "request FIRST");
    }

    @Test
    void a_compensation_knows_where_the_request_went_and_what_was_answered() {
        var url = Url.parse("tcp://10.0.0.1:5001");
        Element select = (call, rest) -> rest.request(call.towards(url));
        end.answerAs("vpn-1");
        var chain = Chain.through(new RefuseAfterwards(), select).to(end);
        assertThatThrownBy(() -> chain.request(Requests.first("a"), Caller.SELF))
                .isInstanceOf(Refused.class);
        var close = end.closes().getFirst();
        assertThat(close.next().or(close::previousNext)).contains(url);
        assertThat(close.previous().map(Connection::endpoint)).contains("vpn-1");
    }

    @Test
    void what_a_refused_candidate_held_is_released_before_the_next_is_asked() {
        Element choose = (call, rest) -> {
            try {
                return rest.request(call.with(connection -> connection.withEndpoint("bad")));
            } catch (Refused e) {
                return rest.request(call.with(connection -> connection.withEndpoint("good")));
            }
        };
        Element lease = (call, rest) -> {
            call.hold(
                    Lease.class,
                    () -> new Lease("lease for " + call.connection().endpoint(), log));
            return rest.request(call);
        };
        end.beforeRequest(call -> {
            if (call.connection().endpoint().equals("bad")) {
                throw new Refused(Refused.Reason.NO_CAPACITY, "endpoint: full");
            }
        });
        try (var scheduler = new SimulatedScheduler(1)) {
            var chain =
                    Chain.through(new ConnectionTable(scheduler), choose, lease).to(end);
            chain.request(Requests.first("a"), Caller.SELF);
            assertThat(log).containsExactly("make lease for bad", "release lease for bad", "make lease for good");
        }
    }

    @Test
    void a_failed_refresh_closes_nothing_wherever_the_failing_element_stands() {
        try (var scheduler = new SimulatedScheduler(1)) {
            for (boolean beforeTable : List.of(true, false)) {
                var late = new RefuseAfterwards();
                var table = new ConnectionTable(scheduler);
                var chain = (beforeTable ? Chain.through(late, table) : Chain.through(table, late)).to(end);
                late.refuses = false;
                chain.request(Requests.first("a"), Caller.SELF);
                late.refuses = true;
                end.log().clear();
                assertThatThrownBy(() -> chain.request(Requests.first("a"), Caller.SELF))
                        .isInstanceOf(Refused.class);
                assertThat(end.log()).as("before the table: %s", beforeTable).containsExactly("request REFRESH");
                assertThat(table.standing()).hasSize(1);
            }
        }
    }

    @Test
    void a_refresh_that_moved_and_then_failed_is_closed_where_it_went() {
        var from = Url.parse("tcp://10.0.0.1:5001");
        var to = Url.parse("tcp://10.0.0.2:5001");
        var target = new ArrayList<>(List.of(from));
        var late = new RefuseAfterwards();
        Element select = (call, rest) -> rest.request(call.towards(target.getFirst()));
        try (var scheduler = new SimulatedScheduler(1)) {
            var chain =
                    Chain.through(new ConnectionTable(scheduler), late, select).to(end);
            late.refuses = false;
            var answer = chain.request(Requests.first("a"), Caller.SELF);
            late.refuses = true;
            target.set(0, to);
            assertThatThrownBy(() -> chain.request(Requests.again(answer), Caller.SELF))
                    .isInstanceOf(Refused.class);
            chain.close(answer, Caller.SELF);
            assertThat(end.closes())
                    .singleElement()
                    .satisfies(call -> assertThat(call.next()).isEqualTo(Optional.of(to)));
        }
    }
}
