package org.nsm4j.core.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.fake.ManualScheduler;
import org.nsm4j.core.life.EventsTest.Notes;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.path.UpdatePath;

class LifeTest {
    private final ManualScheduler scheduler = new ManualScheduler();
    private final ConnectionTable table = new ConnectionTable(scheduler);
    private final Far far = new Far();
    private final Instant start = scheduler.now();

    /** What lies behind: counts, and refuses when told to. */
    private final class Far implements Element {
        final List<Duration> asked = new ArrayList<>();
        int closed;

        @Nullable
        Refused refusal;

        @Override
        public Connection request(Call call, Rest rest) {
            asked.add(Duration.between(start, scheduler.now()));
            if (refusal != null) {
                throw refusal;
            }
            return call.connection();
        }

        @Override
        public void close(Call call, Rest rest) {
            closed++;
        }
    }

    private Chain chain(Element... elements) {
        var all = new ArrayList<Element>(List.of(new UpdatePath("hop", () -> new ConnectionId("hop-id")), table));
        all.addAll(List.of(elements));
        return Chain.through(all.toArray(Element[]::new)).to(far);
    }

    private Connection client(Duration... tokens) {
        var id = new ConnectionId("client-id");
        var path = Path.EMPTY;
        for (int i = 0; i < tokens.length; i++) {
            var segment = Segment.of(i == 0 ? "client" : "hop-" + i, i == 0 ? id : new ConnectionId("id-" + i));
            path = path.with(i, segment.withToken("", scheduler.now().plus(tokens[i])));
        }
        return Connection.to("vpn").withId(id).withPath(path);
    }

    private Connection ask(Chain chain, Connection connection, Duration most) {
        return chain.request(
                new Request(connection, List.of()),
                Caller.selfUntil(scheduler.now().plus(most)));
    }

    private Connection renewed(Connection connection, Duration token) {
        var first = connection.path().segment(0).orElseThrow();
        return connection.withPath(
                connection.path().with(0, first.withToken("", scheduler.now().plus(token))));
    }

    @Test
    void closes_what_is_not_renewed_before_its_token_ends_by_the_time_that_the_request_had() {
        var chain = chain(new ExpireStale(table, scheduler));
        ask(chain, client(Duration.ofMinutes(10)), Duration.ofSeconds(15));
        scheduler.pass(Duration.ofSeconds(584));
        assertThat(far.closed).isZero();
        scheduler.pass(Duration.ofSeconds(1));
        assertThat(far.closed).isEqualTo(1);
        assertThat(table.size()).isZero();
        assertThat(scheduler.timers()).isZero();
    }

    @Test
    void a_clock_that_is_set_ahead_during_a_request_does_not_close_it() {
        Element jump = (call, rest) -> {
            scheduler.jump(Duration.ofMinutes(10));
            return rest.request(call);
        };
        var chain = chain(new ExpireStale(table, scheduler), jump);
        ask(chain, client(Duration.ofMinutes(10)), Duration.ofSeconds(15));
        scheduler.pass(Duration.ofSeconds(584));
        assertThat(far.closed).isZero();
        scheduler.pass(Duration.ofSeconds(1));
        assertThat(far.closed).isEqualTo(1);
    }

    @Test
    void counts_from_the_last_refresh_that_worked() {
        var chain = chain(new ExpireStale(table, scheduler));
        var answer = ask(chain, client(Duration.ofMinutes(10)), Duration.ofSeconds(15));
        scheduler.pass(Duration.ofMinutes(5));
        ask(chain, renewed(answer, Duration.ofMinutes(10)), Duration.ofSeconds(15));
        far.refusal = new Refused(Refused.Reason.UNAVAILABLE, "gone");
        scheduler.pass(Duration.ofMinutes(5));
        assertThatThrownBy(() -> ask(chain, renewed(answer, Duration.ofMinutes(10)), Duration.ofSeconds(15)))
                .hasMessageContaining("gone");
        scheduler.pass(Duration.ofSeconds(284));
        assertThat(far.closed).isZero();
        scheduler.pass(Duration.ofSeconds(1));
        assertThat(far.closed).isEqualTo(1);
    }

    @Test
    void forgets_the_time_of_what_was_closed() {
        var chain = chain(new ExpireStale(table, scheduler));
        var answer = ask(chain, client(Duration.ofMinutes(10)), Duration.ofSeconds(15));
        chain.close(answer, Caller.SELF);
        assertThat(scheduler.timers()).isZero();
        scheduler.pass(Duration.ofHours(1));
        assertThat(far.closed).isEqualTo(1);
    }

    @Test
    void gives_a_short_token_at_least_half_of_its_time() {
        var chain = chain(new ExpireStale(table, scheduler));
        ask(chain, client(Duration.ofSeconds(2)), Duration.ofSeconds(15));
        scheduler.pass(Duration.ofMillis(999));
        assertThat(far.closed).isZero();
        scheduler.pass(Duration.ofMillis(1));
        assertThat(far.closed).isEqualTo(1);
    }

    @Test
    void refuses_a_request_whose_client_says_no_expiry_or_a_past_one() {
        var chain = chain(new ExpireStale(table, scheduler));
        var id = new ConnectionId("client-id");
        var silent = Connection.to("vpn").withId(id).withPath(Path.startingAt(Segment.of("client", id)));
        assertThatThrownBy(() -> ask(chain, silent, Duration.ofSeconds(1))).hasMessageContaining("has no expiry");
        assertThatThrownBy(() -> ask(chain, client(Duration.ZERO), Duration.ofSeconds(1)))
                .hasMessageContaining("is a clock wrong?");
        assertThat(far.asked).isEmpty();
    }

    @Test
    void keeps_a_token_that_never_ends() {
        var chain = chain(new ExpireStale(table, scheduler));
        ask(chain, client(Duration.between(scheduler.now(), Instant.MAX)), Duration.ofSeconds(15));
        scheduler.pass(Duration.ofDays(1000));
        assertThat(far.closed).isZero();
    }

    private Chain refreshing() {
        return Chain.through(
                        new UpdatePath("client", () -> new ConnectionId("client-id")),
                        table,
                        new Refresh(table, scheduler, new Random(7)))
                .to(far);
    }

    @Test
    void asks_again_after_a_fifth_of_the_shortest_token_or_a_little_earlier() {
        ask(
                refreshing(),
                client(Duration.ofHours(1), Duration.ofMinutes(10), Duration.ofHours(2)),
                Duration.ofSeconds(15));
        scheduler.pass(Duration.ofMinutes(2));
        assertThat(far.asked).hasSize(2);
        assertThat(far.asked.get(1)).isBetween(Duration.ofSeconds(108), Duration.ofSeconds(120));
    }

    @Test
    void tries_a_refused_refresh_again_with_growing_pauses_until_it_works() {
        ask(refreshing(), client(Duration.ofMinutes(10), Duration.ofMinutes(10)), Duration.ofSeconds(15));
        far.refusal = new Refused(Refused.Reason.UNAVAILABLE, "gone");
        scheduler.pass(Duration.ofMinutes(2));
        far.asked.clear();
        scheduler.pass(Duration.ofSeconds(60));
        assertThat(far.asked).hasSizeBetween(6, 14);
        assertThat(far.closed).isZero();
        far.refusal = null;
        scheduler.pass(Duration.ofSeconds(10));
        far.asked.clear();
        scheduler.pass(Duration.ofSeconds(5));
        assertThat(far.asked).hasSizeLessThanOrEqualTo(6);
        assertThat(scheduler.timers()).isEqualTo(1);
    }

    @Test
    void refreshes_nothing_that_was_closed_or_never_made() {
        var chain = refreshing();
        chain.close(
                ask(chain, client(Duration.ofMinutes(10), Duration.ofMinutes(10)), Duration.ofSeconds(15)),
                Caller.SELF);
        far.refusal = new Refused(Refused.Reason.UNAVAILABLE, "gone");
        assertThatThrownBy(() -> ask(chain, client(Duration.ofMinutes(10)), Duration.ofSeconds(15)))
                .hasMessageContaining("gone");
        far.asked.clear();
        scheduler.pass(Duration.ofHours(1));
        assertThat(far.asked).isEmpty();
        assertThat(scheduler.timers()).isZero();
    }

    @Test
    void tells_success_failed_refresh_and_close() {
        var events = new Events(scheduler);
        var notes = new Notes();
        events.subscribe(Selector.ALL, notes);
        var chain = chain(new Monitor(events));
        var answer = ask(chain, client(Duration.ofMinutes(10)), Duration.ofSeconds(15));
        far.refusal = new Refused(Refused.Reason.UNAVAILABLE, "gone");
        assertThatThrownBy(() -> ask(chain, answer, Duration.ofSeconds(15))).hasMessageContaining("gone");
        far.refusal = new Refused(Refused.Reason.INVALID, "badly asked");
        assertThatThrownBy(() -> ask(chain, answer, Duration.ofSeconds(15))).hasMessageContaining("badly");
        far.refusal = null;
        ask(chain, answer, Duration.ofSeconds(15));
        chain.close(answer, Caller.SELF);
        scheduler.settle();
        assertThat(notes.lines)
                .containsExactly(
                        "INITIAL_STATE_TRANSFER []",
                        "UPDATE [hop-id:UP]",
                        "UPDATE [hop-id:DOWN]",
                        "UPDATE [hop-id:UP]",
                        "DELETE [hop-id:UP]");
    }

    @Test
    void refuses_more_connections_than_there_is_room_for_until_one_goes() {
        var limit = new LimitConnections("vpn-gateway", 1);
        var chain = Chain.through(table, limit).to(far);
        var first = ask(chain, EventsTest.connection("a"), Duration.ofSeconds(1));
        ask(chain, first, Duration.ofSeconds(1));
        assertThatThrownBy(() -> ask(chain, EventsTest.connection("b"), Duration.ofSeconds(1)))
                .hasMessage("endpoint: vpn-gateway is full (expected: fewer than its 1 connections)")
                .extracting(e -> ((Refused) e).reason())
                .isEqualTo(Refused.Reason.NO_CAPACITY);
        chain.close(first, Caller.SELF);
        ask(chain, EventsTest.connection("b"), Duration.ofSeconds(1));
        assertThat(limit.taken()).isEqualTo(1);
    }
}
