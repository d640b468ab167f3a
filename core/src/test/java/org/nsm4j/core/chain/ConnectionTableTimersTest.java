package org.nsm4j.core.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.fake.ManualScheduler;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;

class ConnectionTableTimersTest {
    private final ManualScheduler scheduler = new ManualScheduler();
    private final ConnectionTable table = new ConnectionTable(scheduler);
    private final List<String> made = new ArrayList<>();
    private final List<String> released = new ArrayList<>();

    private final class Thing implements AutoCloseable {
        private final String name;

        Thing(String name) {
            this.name = name;
            made.add(name);
        }

        @Override
        public void close() {
            released.add(name);
        }
    }

    private static Request request() {
        return new Request(Connection.to("vpn").withId(new ConnectionId("a")), List.of());
    }

    @Test
    void a_candidate_that_refused_leaves_nothing_to_the_next() {
        Element tryTwice = (call, rest) -> {
            try {
                return rest.request(call.with(connection -> connection.withEndpoint("first")));
            } catch (Refused e) {
                return rest.request(call.with(connection -> connection.withEndpoint("second")));
            }
        };
        Element hold = (call, rest) -> {
            call.hold(Thing.class, () -> new Thing(call.connection().endpoint()));
            return rest.request(call);
        };
        Element refuseFirst = (call, rest) -> {
            if (call.connection().endpoint().equals("first")) {
                throw new Refused(Refused.Reason.NO_CAPACITY, "full");
            }
            return call.connection();
        };
        Chain.through(table, tryTwice, hold).to(refuseFirst).request(request(), Caller.SELF);
        assertThat(made).containsExactly("first", "second");
        assertThat(released).containsExactly("first");
    }

    @Test
    void asking_again_does_not_revive_what_was_closed_in_the_meantime() {
        var asked = new ArrayList<String>();
        var chain = Chain.through(
                        (call, rest) -> {
                            // a close that comes between the timer and its turn
                            if (!asked.isEmpty()) {
                                table.close(call, new Element.Rest() {
                                    @Override
                                    public Connection request(Call each) {
                                        throw new AssertionError("a close asks for nothing");
                                    }

                                    @Override
                                    public void close(Call each) {}
                                });
                            }
                            return rest.request(call);
                        },
                        table)
                .to((call, rest) -> {
                    asked.add(call.origin().name());
                    return call.connection();
                });
        chain.request(request(), Caller.SELF);
        assertThat(table.requestAgain(new ConnectionId("a"), UnaryOperator.identity(), Duration.ofSeconds(1)))
                .isEmpty();
        assertThat(asked).containsExactly("FIRST");
        assertThat(table.size()).isZero();
    }

    @Test
    void a_close_of_our_own_that_a_refresh_overtook_reaches_nobody() {
        var closed = new ArrayList<ConnectionId>();
        var chain = Chain.through(table).to(new Element() {
            @Override
            public Connection request(Call call, Rest rest) {
                return call.connection();
            }

            @Override
            public void close(Call call, Rest rest) {
                closed.add(call.id());
            }
        });
        chain.request(request(), Caller.SELF);
        table.closeLater(new ConnectionId("a"), "the token ended");
        chain.request(request(), Caller.SELF);
        scheduler.settle();
        assertThat(closed).isEmpty();
        assertThat(table.size()).isEqualTo(1);
    }

    @Test
    void closes_later_only_what_is_still_due() {
        var chain = Chain.through(table).to((call, rest) -> call.connection());
        chain.request(request(), Caller.SELF);
        table.closeLater(new ConnectionId("a"), "not due", () -> false);
        scheduler.settle();
        assertThat(table.size()).isEqualTo(1);
        table.closeLater(new ConnectionId("a"), "due", () -> true);
        scheduler.settle();
        assertThat(table.size()).isZero();
    }

    @Test
    void an_answer_is_up_whatever_the_request_said() {
        var chain = Chain.through(table).to((call, rest) -> call.connection());
        var answer = chain.request(
                request().with(connection -> connection.withState(Connection.State.RESELECT_REQUESTED)), Caller.SELF);
        assertThat(answer.state()).isEqualTo(Connection.State.UP);
    }
}
