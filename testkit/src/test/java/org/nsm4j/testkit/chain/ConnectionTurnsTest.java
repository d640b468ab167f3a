package org.nsm4j.testkit.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.path.UpdatePath;
import org.nsm4j.testkit.fake.FakeEnd;
import org.nsm4j.testkit.schedule.SimulatedScheduler;

/** Events of one connection that meet: their order, and who calls off whom, under many seeds. */
class ConnectionTurnsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int SEEDS = 200;

    private SimulatedScheduler scheduler = new SimulatedScheduler(1);
    private FakeEnd end = new FakeEnd();
    private ConnectionTable table = new ConnectionTable(scheduler);
    private Chain chain = manager();

    private Chain manager() {
        return Chain.through(new UpdatePath("manager", Requests.ids()), table).to(end);
    }

    /** A new world under another seed. */
    private void restart(long seed) {
        scheduler.close();
        scheduler = new SimulatedScheduler(seed);
        end = new FakeEnd();
        table = new ConnectionTable(scheduler);
        chain = manager();
    }

    @AfterEach
    void stop() {
        scheduler.close();
    }

    private void endTakes(Duration time) {
        end.beforeRequest(call -> scheduler.pause(time));
    }

    private ConnectionId onlyId() {
        return table.standing().getFirst().answer().id();
    }

    @Test
    void events_of_one_id_run_one_at_a_time_and_of_several_ids_side_by_side() {
        for (long seed = 0; seed < SEEDS; seed++) {
            restart(seed);
            var inside = new java.util.HashMap<ConnectionId, Integer>();
            var most = new AtomicInteger();
            var all = new AtomicInteger();
            FakeEnd.Before watched = call -> {
                assertThat(inside.merge(call.id(), 1, Integer::sum)).isEqualTo(1);
                most.accumulateAndGet(all.incrementAndGet(), Math::max);
                scheduler.pause(Duration.ofMillis(scheduler.random().nextInt(4)));
                inside.merge(call.id(), -1, Integer::sum);
                all.decrementAndGet();
            };
            end.beforeRequest(watched);
            end.beforeClose(watched);
            var first = List.of(
                    chain.request(Requests.first("a"), Caller.SELF), chain.request(Requests.first("b"), Caller.SELF));
            for (int i = 0; i < 10; i++) {
                var connection = first.get(i % 2);
                scheduler.spawn("refresh " + i, () -> chain.request(Requests.again(connection), Caller.SELF));
                if (i % 3 == 0) {
                    scheduler.spawn("close " + i, () -> chain.close(connection, Caller.SELF));
                }
            }
            scheduler.run(SECOND);
            assertThat(most.get()).isGreaterThan(1);
        }
    }

    @Test
    void events_of_one_id_run_in_the_order_in_which_they_came_also_across_a_close() {
        for (long seed = 0; seed < SEEDS; seed++) {
            restart(seed);
            var answer = chain.request(Requests.first("a"), Caller.SELF);
            end.log().clear();
            end.beforeClose(call -> scheduler.pause(Duration.ofMillis(50)));
            scheduler.spawn("close", () -> chain.close(answer, Caller.SELF));
            for (int i = 1; i <= 4; i++) {
                var service = "service-" + i;
                scheduler.after(
                        Duration.ofMillis(i),
                        service,
                        () -> chain.request(Requests.again(answer.withService(service)), Caller.SELF));
            }
            scheduler.run(SECOND);
            assertThat(end.requests().stream()
                            .skip(1)
                            .map(call -> call.connection().service()))
                    .as("seed %d", seed)
                    .containsExactly("service-1", "service-2", "service-3", "service-4");
        }
    }

    @Test
    void a_close_calls_off_the_request_that_runs_and_is_last() {
        for (long seed = 0; seed < SEEDS; seed++) {
            restart(seed);
            end.beforeRequest(call -> {
                var calledOff = new AtomicBoolean();
                call.onCancel(() -> calledOff.set(true));
                for (int i = 0; i < 100 && !calledOff.get(); i++) {
                    scheduler.pause(Duration.ofMillis(10));
                }
                if (calledOff.get()) {
                    throw new Refused(Refused.Reason.CANCELLED, "fake end: called off");
                }
            });
            var outcome = new ArrayList<String>();
            scheduler.spawn("request", () -> {
                try {
                    chain.request(Requests.ofSegment("a"), Caller.SELF);
                    outcome.add("answered");
                } catch (Refused e) {
                    outcome.add(e.reason().toString());
                }
            });
            scheduler.after(
                    Duration.ofMillis(5),
                    "close",
                    () -> chain.close(Requests.ofSegment("a").connection(), Caller.SELF));
            scheduler.run(Duration.ofMillis(500));
            assertThat(outcome).containsExactly("CANCELLED");
            assertThat(end.log().getLast()).isEqualTo("close");
            assertThat(end.open()).isEmpty();
            assertThat(table.size()).isZero();
        }
    }

    @Test
    void nothing_is_left_open_however_close_and_request_race() {
        for (long seed = 0; seed < SEEDS; seed++) {
            restart(seed);
            end.beforeRequest(
                    call -> scheduler.pause(Duration.ofMillis(scheduler.random().nextInt(3))));
            for (int i = 0; i < 6; i++) {
                boolean closes = i % 2 == 1;
                scheduler.after(Duration.ofMillis(i), closes ? "close" : "request", () -> {
                    try {
                        if (closes) {
                            chain.close(Requests.ofSegment("a").connection(), Caller.SELF);
                        } else {
                            chain.request(Requests.ofSegment("a"), Caller.SELF);
                        }
                    } catch (Refused e) {
                        assertThat(e.reason()).isEqualTo(Refused.Reason.CANCELLED);
                    }
                });
            }
            scheduler.run(SECOND);
            assertThat(end.open()).as("seed %d", seed).isEmpty();
            assertThat(table.size()).isZero();
        }
    }

    @Test
    void a_hook_that_fails_does_not_keep_a_close_from_closing() {
        end.beforeRequest(call -> {
            call.onCancel(() -> {
                throw new IllegalStateException("hook");
            });
            scheduler.pause(Duration.ofMillis(100));
        });
        scheduler.spawn("request", () -> chain.request(Requests.ofSegment("a"), Caller.SELF));
        scheduler.run(Duration.ofMillis(10));
        scheduler.spawn("close", () -> chain.close(Requests.ofSegment("a").connection(), Caller.SELF));
        scheduler.run(SECOND);
        assertThat(end.open()).isEmpty();
    }

    @Test
    void waiting_for_a_turn_ends_with_the_callers_deadline() {
        endTakes(SECOND);
        scheduler.spawn("slow", () -> chain.request(Requests.ofSegment("a"), Caller.SELF));
        scheduler.run(Duration.ofMillis(10));
        var hasty = Caller.selfUntil(scheduler.now().plusMillis(100));
        assertThatThrownBy(() -> scheduler.call("hasty", () -> chain.request(Requests.ofSegment("a"), hasty)))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.DEADLINE));
    }

    @Test
    void a_close_waits_for_its_turn_longer_than_its_caller() {
        endTakes(SECOND);
        scheduler.spawn("slow", () -> chain.request(Requests.ofSegment("a"), Caller.SELF));
        scheduler.run(Duration.ofMillis(10));
        var hasty = Caller.selfUntil(scheduler.now().plusMillis(100));
        scheduler.spawn("close", () -> chain.close(Requests.ofSegment("a").connection(), hasty));
        scheduler.run(Duration.ofSeconds(2));
        assertThat(end.open()).isEmpty();
    }

    @Test
    void a_refresh_that_runs_when_its_time_is_up_keeps_the_connection_if_it_works() {
        for (boolean works : List.of(true, false)) {
            restart(1);
            var answer = chain.request(Requests.first("a"), Caller.SELF);
            end.beforeRequest(call -> {
                scheduler.pause(SECOND);
                if (!works) {
                    throw new Refused(Refused.Reason.UNAVAILABLE, "endpoint: gone");
                }
            });
            scheduler.spawn("refresh", () -> {
                try {
                    chain.request(Requests.again(answer), Caller.SELF);
                } catch (Refused e) {
                    assertThat(works).isFalse();
                }
            });
            scheduler.run(Duration.ofMillis(100));
            table.closeLater(onlyId(), "token expired");
            scheduler.run(Duration.ofSeconds(5));
            assertThat(table.standing()).hasSize(works ? 1 : 0);
            assertThat(end.closes()).hasSize(works ? 0 : 1);
        }
    }

    @Test
    void asking_again_never_brings_back_what_was_closed_meanwhile() {
        for (long seed = 0; seed < SEEDS; seed++) {
            restart(seed);
            var answer = chain.request(Requests.first("a"), Caller.SELF);
            var id = onlyId();
            end.beforeClose(call -> scheduler.pause(Duration.ofMillis(5)));
            scheduler.spawn("close", () -> chain.close(answer, Caller.SELF));
            for (int i = 0; i < 3; i++) {
                scheduler.after(Duration.ofMillis(i), "again", () -> {
                    try {
                        table.requestAgain(id, connection -> connection, SECOND);
                    } catch (Refused e) {
                        assertThat(e.reason()).isEqualTo(Refused.Reason.CANCELLED);
                    }
                });
            }
            scheduler.run(SECOND);
            assertThat(end.open()).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void asking_again_never_takes_back_what_a_newer_request_asked_for() {
        for (long seed = 0; seed < SEEDS; seed++) {
            restart(seed);
            var answer = chain.request(Requests.first("a"), Caller.SELF);
            var id = onlyId();
            endTakes(Duration.ofMillis(5));
            scheduler.spawn("newer", () -> chain.request(Requests.again(answer.withService("newer")), Caller.SELF));
            scheduler.spawn("again", () -> table.requestAgain(id, connection -> connection, SECOND));
            scheduler.run(SECOND);
            assertThat(table.standing().getFirst().answer().service())
                    .as("seed %d", seed)
                    .isEqualTo("newer");
        }
    }
}
