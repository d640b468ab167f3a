package org.nsm4j.core.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.fake.ManualScheduler;
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

/** A node that is drained: its forwarder leaves its endpoints, its manager turns newcomers away. */
class DrainTest {
    private static final Url LOCAL = Url.unix("/run/endpoint.sock");

    private final ManualScheduler scheduler = new ManualScheduler();
    private final Events events = new Events(scheduler);
    private final Drain drain = new Drain("n1", events, scheduler);
    private final TurnAwayNewcomers newcomers = new TurnAwayNewcomers("n1");
    private final List<WireReport.Loss> told = new ArrayList<>();
    private Url next = LOCAL;
    private int ids;
    private final Chain chain = Chain.through(
                    new UpdatePath("hop", () -> new ConnectionId("hop-" + ++ids)),
                    new ConnectionTable(scheduler),
                    newcomers,
                    new Monitor(events),
                    (call, rest) -> rest.request(call.towards(next)),
                    drain)
            .to((call, rest) -> call.connection());

    private Connection ask(String client) {
        var connection = Connection.to("vpn")
                .withId(new ConnectionId(client))
                .withPath(Path.startingAt(Segment.of("client", new ConnectionId(client))));
        return ask(connection);
    }

    private Connection ask(Connection connection) {
        return chain.request(new Request(connection, List.of()), Caller.SELF);
    }

    private void listen() {
        events.subscribe(Selector.ALL, new Hop.Listener() {
            @Override
            public void event(ConnectionEvent event) {
                event.connections().stream()
                        .filter(each -> event.kind() == ConnectionEvent.Kind.UPDATE)
                        .filter(each -> each.state() == Connection.State.DOWN)
                        .map(WireReport::lost)
                        .flatMap(Optional::stream)
                        .forEach(lost -> told.add(lost.loss()));
            }

            @Override
            public void ended(Refused reason) {}
        });
    }

    @Test
    void connections_of_this_node_s_endpoints_are_told_again_and_again_and_refreshed_all_the_same() {
        listen();
        var local = ask("a");
        next = Url.parse("tcp://10.0.0.2:5001");
        ask("b");
        next = LOCAL;
        drain.drain(true);
        scheduler.settle();
        assertThat(told).containsExactly(WireReport.Loss.DRAINED);
        assertThat(drain.left()).isEqualTo(1);

        ask(local);
        scheduler.pass(Drain.AGAIN);
        assertThat(told).hasSize(2);

        chain.close(local, Caller.SELF);
        assertThat(drain.left()).isZero();
        drain.drain(false);
        scheduler.pass(Drain.AGAIN.multipliedBy(3));
        assertThat(told).hasSize(2);
    }

    @Test
    void endpoints_of_this_node_get_no_new_connections_until_that_is_undone() {
        drain.drain(true);
        assertThatThrownBy(() -> ask("a"))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.UNAVAILABLE))
                .hasMessageContaining("n1, which is being drained");
        next = Url.parse("tcp://10.0.0.2:5001");
        ask("b");
        next = LOCAL;
        drain.drain(false);
        ask("c");
    }

    @Test
    void clients_of_this_node_move_but_newcomers_are_turned_away() {
        next = Url.parse("tcp://10.0.0.2:5001");
        var known = ask("a");
        newcomers.drain(true);
        ask(known);
        // the client moves: its own id stays, all behind it is new
        var moved = ask("a");
        assertThatThrownBy(() -> ask("b")).hasMessageContaining("takes no new connections");
        chain.close(known, Caller.SELF);
        ask("a");
        chain.close(moved, Caller.SELF);
        newcomers.drain(false);
        ask("b");
    }
}
