package org.nsm4j.core.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Dial;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.fake.FakeHops;
import org.nsm4j.core.fake.ManualScheduler;
import org.nsm4j.core.life.EventsTest.Notes;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.model.WireReport;
import org.nsm4j.core.path.UpdatePath;

class RelayEventsTest {
    private static final String NEXT = "unix:///next";

    private final ManualScheduler scheduler = new ManualScheduler();
    private final FakeHops hops = new FakeHops();
    private final Events events = new Events(scheduler);
    private final AtomicInteger ids = new AtomicInteger();
    private final RelayEvents relay = new RelayEvents("hop", RelayEvents.Behind.MESH, hops, events, scheduler);
    private final Notes notes = new Notes();
    private Chain chain = chain(relay);

    private Chain chain(RelayEvents relayed) {
        return Chain.through(
                        new UpdatePath("hop", () -> new ConnectionId("hop-" + ids.incrementAndGet())),
                        new ConnectionTable(scheduler),
                        new Monitor(events),
                        new Towards(Url.parse(NEXT)),
                        relayed)
                .to(new Dial(hops, scheduler));
    }

    private record Towards(Url url) implements Element {
        @Override
        public Connection request(Call call, Rest rest) {
            return rest.request(call.towards(url));
        }
    }

    @BeforeEach
    void watch() {
        hops.accepts(NEXT, "next");
        events.subscribe(Selector.ALL, notes);
    }

    private Connection ask(String client) {
        var id = new ConnectionId(client);
        return ask(Connection.to("vpn").withId(id).withPath(Path.startingAt(Segment.of("client", id))));
    }

    private Connection ask(Connection connection) {
        var answer = chain.request(new Request(connection, List.of()), Caller.SELF);
        scheduler.settle();
        return answer;
    }

    /** A connection as the next hop reports it: at its own index, under its own id. */
    private static Connection reported(Connection answer, Connection.State state) {
        var path = answer.path().at(2);
        return answer.withId(path.current().orElseThrow().id()).withPath(path).withState(state);
    }

    private void report(ConnectionEvent.Kind kind, Connection... connections) {
        hops.watchers(NEXT).getFirst().event(new ConnectionEvent(kind, List.of(connections)));
        scheduler.settle();
    }

    @Test
    void tells_on_what_the_next_hop_reports_under_its_own_id() {
        var answer = ask("a");
        report(ConnectionEvent.Kind.UPDATE, reported(answer, Connection.State.UP));
        report(ConnectionEvent.Kind.UPDATE, reported(answer, Connection.State.REFRESH_REQUESTED));
        report(ConnectionEvent.Kind.DELETE, reported(answer, Connection.State.UP));
        assertThat(notes.lines)
                .containsExactly(
                        "INITIAL_STATE_TRANSFER []",
                        "UPDATE [hop-1:UP]",
                        "UPDATE [hop-1:REFRESH_REQUESTED]",
                        "UPDATE [hop-1:DOWN]");
    }

    @Test
    void shares_one_stream_among_all_connections_to_a_hop_and_ends_it_a_while_after_the_last() {
        var first = ask("a");
        var second = ask("b");
        assertThat(hops.watched()).isEqualTo(1);
        chain.close(first, Caller.SELF);
        assertThat(hops.watchers(NEXT)).hasSize(1);
        chain.close(second, Caller.SELF);
        scheduler.pass(Duration.ofSeconds(29));
        assertThat(hops.watchers(NEXT)).hasSize(1);
        ask("c");
        assertThat(hops.watched()).as("one stream still").isEqualTo(1);
        scheduler.pass(Duration.ofSeconds(2));
        assertThat(hops.watchers(NEXT)).as("it is needed again").hasSize(1);
    }

    @Test
    void ends_a_stream_that_nobody_has_needed_for_a_while() {
        chain.close(ask("a"), Caller.SELF);
        scheduler.pass(Duration.ofSeconds(31));
        assertThat(hops.watchers(NEXT)).isEmpty();
        assertThat(relay.streams()).isZero();
    }

    @Test
    void reports_every_connection_down_once_when_the_stream_breaks_and_opens_another_at_the_next_refresh() {
        var first = ask("a");
        ask("b");
        notes.lines.clear();
        var broken = hops.watchers(NEXT).getFirst();
        broken.ended(new Refused(Refused.Reason.UNAVAILABLE, "broken"));
        scheduler.settle();
        assertThat(notes.lines).containsExactlyInAnyOrder("UPDATE [hop-1:DOWN]", "UPDATE [hop-2:DOWN]");
        broken.ended(new Refused(Refused.Reason.UNAVAILABLE, "broken"));
        scheduler.settle();
        assertThat(notes.lines).containsExactlyInAnyOrder("UPDATE [hop-1:DOWN]", "UPDATE [hop-2:DOWN]");
        ask(first);
        assertThat(hops.watched()).isEqualTo(2);
        assertThat(notes.lines).endsWith("UPDATE [hop-1:UP]");
    }

    @Test
    void says_that_an_endpoint_has_ended_when_it_does_not_even_answer_any_more() {
        chain = chain(new RelayEvents("hop", RelayEvents.Behind.ENDPOINT, hops, events, scheduler));
        ask("a");
        ask("b");
        var broken = hops.watchers(NEXT).getFirst();
        broken.ended(new Refused(Refused.Reason.UNAVAILABLE, "broken"));
        scheduler.settle();
        assertThat(WireReport.lost(notes.last)).as("it may be busy").isEmpty();
        hops.watchers(NEXT).getLast().ended(new Refused(Refused.Reason.UNAVAILABLE, "nobody listens"));
        scheduler.settle();
        assertThat(WireReport.lost(notes.last).map(WireReport.Lost::loss)).contains(WireReport.Loss.ENDPOINT);
    }

    @Test
    void what_a_hop_behind_says_of_our_own_segment_does_not_count() {
        var answer = ask("a");
        var path = answer.path();
        var own = WireReport.swapping(path.segment(1).orElseThrow());
        events.update(answer.withId(own.id()).withPath(path.with(1, own).at(1)));
        report(ConnectionEvent.Kind.UPDATE, reported(answer, Connection.State.REFRESH_REQUESTED));
        assertThat(notes.last.state()).isEqualTo(Connection.State.REFRESH_REQUESTED);
        assertThat(notes.last.path().segment(1)).contains(own);
    }

    @Test
    void ignores_connections_of_others_and_states_that_it_knows() {
        var answer = ask("a");
        notes.lines.clear();
        report(ConnectionEvent.Kind.INITIAL_STATE_TRANSFER, reported(answer, Connection.State.UP));
        var other = answer.withPath(answer.path().with(1, Segment.of("hop", new ConnectionId("other"))));
        report(ConnectionEvent.Kind.UPDATE, reported(other, Connection.State.DOWN));
        assertThat(notes.lines).isEmpty();
    }

    @Test
    void loses_no_event_that_comes_before_the_answer_is_through() {
        ask("a");
        hops.answers(NEXT, request -> {
            var path = request.connection().path();
            var answer = request.connection()
                    .withPath(path.with(path.index() + 1, Segment.of("next", new ConnectionId("next-id"))));
            hops.watchers(NEXT)
                    .getFirst()
                    .event(new ConnectionEvent(
                            ConnectionEvent.Kind.UPDATE,
                            List.of(reported(answer, Connection.State.REFRESH_REQUESTED))));
            return answer;
        });
        notes.lines.clear();
        ask("b");
        assertThat(notes.lines).containsExactly("UPDATE [hop-2:UP]", "UPDATE [hop-2:REFRESH_REQUESTED]");
    }

    @Test
    void holds_nothing_of_a_connection_that_was_refused() {
        hops.refuses(NEXT, new Refused(Refused.Reason.NO_CAPACITY, "full"));
        try {
            ask("a");
        } catch (Refused e) {
            assertThat(e.reason()).isEqualTo(Refused.Reason.NO_CAPACITY);
        }
        scheduler.pass(Duration.ofSeconds(31));
        assertThat(relay.streams()).isZero();
        assertThat(hops.watchers(NEXT)).isEmpty();
    }
}
