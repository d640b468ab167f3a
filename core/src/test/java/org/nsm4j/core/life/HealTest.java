package org.nsm4j.core.life;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.nsm4j.core.chain.Dial;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.fake.FakeHops;
import org.nsm4j.core.fake.ListRegistry;
import org.nsm4j.core.fake.ManualScheduler;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.model.WireReport;
import org.nsm4j.core.path.UpdatePath;

/** A client whose manager, forwarder and endpoint are played by one function. */
class HealTest {
    private static final String MANAGER = "unix:///manager";
    private static final ConnectionId ID = new ConnectionId("app");

    private final ManualScheduler scheduler = new ManualScheduler();
    private final FakeHops hops = new FakeHops();
    private final Events events = new Events(scheduler);
    private final ConnectionTable table = new ConnectionTable(scheduler);
    private final ListRegistry<Endpoint> endpoints = ListRegistry.ofEndpoints();
    private final List<Heal.Healed> healed = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private final Chain chain = Chain.through(
                    new UpdatePath("client", () -> ID),
                    table,
                    new Heal(table, events, endpoints, scheduler, new Random(1), healed::add),
                    new Monitor(events),
                    new Towards(Url.parse(MANAGER)),
                    new RelayEvents("client", RelayEvents.Behind.MESH, hops, events, scheduler))
            .to(new Dial(hops, scheduler));

    private boolean swaps = true;
    private int paths;
    private String best = "vpn-1";

    @Nullable
    private Refused mending;

    @Nullable
    private Refused moving;

    private record Towards(Url url) implements Element {
        @Override
        public Connection request(Call call, Rest rest) {
            return rest.request(call.towards(url));
        }

        @Override
        public void close(Call call, Rest rest) {
            rest.close(call.towards(url));
        }
    }

    private Connection connect() {
        hops.answers(MANAGER, this::answer);
        var answer = chain.request(
                new Request(Connection.to("vpn").withId(ID), List.of()),
                Caller.selfUntil(scheduler.now().plusSeconds(15)));
        scheduler.settle();
        asked.clear();
        return answer;
    }

    private Connection answer(Request request) {
        var connection = request.connection();
        boolean again = connection.path().segments().size() > 1;
        asked.add(again ? "mend" : "move");
        var refusal = again ? mending : moving;
        if (refusal != null) {
            throw refusal;
        }
        if (again) {
            return connection;
        }
        int number = ++paths;
        var forwarder = Segment.of("forwarder", new ConnectionId("f-" + number));
        return connection
                .withEndpoint(best)
                .withPath(connection
                        .path()
                        .with(1, Segment.of("manager", new ConnectionId("m-" + number)))
                        .with(2, swaps ? WireReport.swapping(forwarder) : forwarder)
                        .with(3, Segment.of(best, new ConnectionId("e-" + number))));
    }

    private Connection standing() {
        return table.standing(ID).orElseThrow().answer();
    }

    /** The manager's report of a connection as it stood. */
    private void report(Connection answer, WireReport.@Nullable Loss loss) {
        var path = answer.path();
        if (loss != null) {
            var lost = new WireReport.Lost(loss, scheduler.now().minusMillis(200), "it is gone");
            path = path.with(2, WireReport.lost(path.segment(2).orElseThrow(), lost));
        }
        tell(ConnectionEvent.Kind.UPDATE, answer.withPath(path).withState(Connection.State.DOWN));
    }

    private void tell(ConnectionEvent.Kind kind, Connection connection) {
        var seen = connection
                .withId(connection.path().segments().get(1).id())
                .withPath(connection.path().at(1));
        hops.watchers(MANAGER).getLast().event(new ConnectionEvent(kind, List.of(seen)));
        scheduler.settle();
    }

    private static Refused unavailable(String hop) {
        return Refused.by(hop, Refused.Reason.UNAVAILABLE, "cannot reach the endpoint");
    }

    @Test
    void a_wire_that_works_is_asked_for_again_and_never_moved_for_a_minute() {
        var before = connect();
        mending = unavailable("forwarder");
        report(before, null);
        scheduler.pass(Duration.ofSeconds(59));
        assertThat(asked).isNotEmpty().containsOnly("mend");
        assertThat(hops.closed()).isEmpty();
        mending = null;
        scheduler.pass(Healing.PATIENCE);
        assertThat(standing().path()).isEqualTo(before.path());
        assertThat(healed).singleElement().satisfies(each -> {
            assertThat(each.how()).isEqualTo(Heal.How.MENDED);
            assertThat(each.gap()).isEqualTo(Duration.ZERO);
        });
    }

    @Test
    void a_path_that_nobody_mends_for_a_minute_is_left_for_another() {
        var before = connect();
        mending = unavailable("forwarder");
        report(before, null);
        best = "vpn-2";
        scheduler.pass(Healing.PATIENCE.plusSeconds(10));
        assertThat(standing().endpoint()).isEqualTo("vpn-2");
        assertThat(hops.closed()).containsExactly(MANAGER);
    }

    @Test
    void a_wire_whose_endpoint_has_ended_is_moved_at_once_and_the_old_path_is_closed_after_the_new_one_stands() {
        var before = connect();
        best = "vpn-2";
        report(before, WireReport.Loss.ENDPOINT);
        assertThat(asked).containsExactly("move");
        assertThat(standing().endpoint()).isEqualTo("vpn-2");
        assertThat(standing().path().segments().get(1).id()).isEqualTo(new ConnectionId("m-2"));
        assertThat(hops.log()).endsWith("ask []", "close [manager/m-1, forwarder/f-1, vpn-1/e-1]");
        assertThat(healed).singleElement().satisfies(each -> {
            assertThat(each.how()).isEqualTo(Heal.How.MOVED);
            assertThat(each.from()).isEqualTo("vpn-1");
            assertThat(each.to()).isEqualTo("vpn-2");
            assertThat(each.gap()).isEqualTo(Duration.ofMillis(200));
            assertThat(each.why()).isEqualTo("it is gone");
        });
    }

    @Test
    void what_is_told_of_the_old_path_afterwards_is_not_told_of_the_new_one() {
        var before = connect();
        report(before, WireReport.Loss.ENDPOINT);
        asked.clear();
        tell(ConnectionEvent.Kind.DELETE, before);
        report(before, WireReport.Loss.LINK);
        scheduler.pass(Duration.ofMinutes(2));
        assertThat(asked).isEmpty();
    }

    @Test
    void a_missing_link_is_mended_and_moved_only_when_that_is_refused() {
        var before = connect();
        report(before, WireReport.Loss.LINK);
        assertThat(asked).containsExactly("mend");
        scheduler.pass(Duration.ofMinutes(1));
        asked.clear();
        mending = unavailable("forwarder");
        report(standing(), WireReport.Loss.LINK);
        assertThat(asked).containsExactly("mend", "move");
    }

    @Test
    void what_breaks_again_right_after_it_was_mended_is_moved() {
        report(connect(), WireReport.Loss.LINK);
        scheduler.pass(Duration.ofSeconds(1));
        report(standing(), WireReport.Loss.LINK);
        assertThat(asked).containsExactly("mend", "move");
    }

    @Test
    void what_somebody_takes_away_again_and_again_is_put_back_each_time_and_never_moved() {
        var before = connect();
        for (int i = 0; i < 3; i++) {
            report(before, WireReport.Loss.STRIPPED);
            scheduler.pass(Duration.ofSeconds(1));
            before = standing();
        }
        assertThat(asked).containsExactly("mend", "mend", "mend");
    }

    @Test
    void a_connection_that_was_closed_from_behind_is_moved() {
        tell(ConnectionEvent.Kind.DELETE, connect());
        assertThat(asked).containsExactly("move");
    }

    @Test
    void beside_forwarders_of_others_the_old_path_is_closed_once_before_another_is_asked_for() {
        swaps = false;
        var before = connect();
        mending = unavailable("forwarder");
        moving = Refused.by("manager", Refused.Reason.NO_CANDIDATE, "nobody is there");
        report(before, null);
        scheduler.pass(Duration.ofSeconds(20));
        assertThat(hops.closed()).as("once, however often it is tried").containsExactly(MANAGER);
        assertThat(table.standing(ID)).as("it is wanted still").isPresent();
        moving = null;
        best = "vpn-2";
        scheduler.pass(Duration.ofSeconds(6));
        assertThat(standing().endpoint()).isEqualTo("vpn-2");
        assertThat(hops.closed()).hasSize(1);
    }

    @Test
    void while_nobody_else_is_there_the_old_path_stays_and_a_newcomer_is_asked_at_once() {
        var before = connect();
        mending = unavailable("forwarder");
        moving = Refused.by("forwarder", Refused.Reason.NO_CANDIDATE, "nobody is there");
        report(before, WireReport.Loss.ENDPOINT);
        scheduler.pass(Duration.ofMinutes(5));
        assertThat(asked.size()).as("pauses grow to 5 s").isLessThan(2 * 90);
        assertThat(standing().path()).isEqualTo(before.path());
        assertThat(hops.closed()).isEmpty();
        asked.clear();
        moving = null;
        endpoints.add(Endpoint.named("vpn-2").providing(List.of("vpn")).at("unix:///vpn-2"));
        scheduler.settle();
        assertThat(asked).containsExactly("mend", "move");
        assertThat(endpoints.watchers()).as("nothing is watched any more").isZero();
    }

    @Test
    void a_manager_that_is_away_is_tried_again_and_nothing_is_moved_or_closed() {
        var before = connect();
        hops.refuses(MANAGER, new Refused(Refused.Reason.UNAVAILABLE, "nobody listens"));
        hops.watchers(MANAGER).getLast().ended(new Refused(Refused.Reason.UNAVAILABLE, "broken"));
        scheduler.pass(Duration.ofMinutes(3));
        hops.answers(MANAGER, this::answer);
        scheduler.pass(Duration.ofSeconds(6));
        assertThat(asked).containsExactly("mend");
        assertThat(hops.closed()).isEmpty();
        assertThat(standing().path()).isEqualTo(before.path());
    }

    @Test
    void a_close_ends_the_healing() {
        var before = connect();
        mending = unavailable("forwarder");
        moving = unavailable("forwarder");
        report(before, WireReport.Loss.NODE);
        chain.close(before, Caller.SELF);
        asked.clear();
        scheduler.pass(Duration.ofMinutes(5));
        assertThat(asked).isEmpty();
        assertThat(scheduler.timers())
                .as("the stream's linger alone has passed")
                .isZero();
        assertThat(endpoints.watchers()).isZero();
    }

    @Test
    void a_first_request_that_is_refused_is_not_healed() {
        hops.refuses(MANAGER, new Refused(Refused.Reason.NO_CAPACITY, "full"));
        try {
            chain.request(new Request(Connection.to("vpn").withId(ID), List.of()), Caller.SELF);
        } catch (Refused e) {
            assertThat(e.reason()).isEqualTo(Refused.Reason.NO_CAPACITY);
        }
        scheduler.pass(Duration.ofMinutes(1));
        assertThat(hops.asked()).hasSize(1);
    }

    @Test
    void reports_travel_in_the_metrics_of_a_segment() {
        var worked = Instant.ofEpochMilli(1_700_000_000_123L);
        var lost = new WireReport.Lost(WireReport.Loss.NODE, worked, "node b: no answer");
        var segment = WireReport.lost(Segment.of("f", new ConnectionId("1")), lost);
        var connection = Connection.to("vpn").withPath(org.nsm4j.core.model.Path.startingAt(segment));
        assertThat(WireReport.lost(connection)).contains(lost);
        assertThat(WireReport.lost(
                        connection.withPath(org.nsm4j.core.model.Path.startingAt(WireReport.swapping(segment)))))
                .isEmpty();
    }
}
