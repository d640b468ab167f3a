package org.nsm4j.core.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.fake.ManualScheduler;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.Selector;

class EventsTest {
    private final ManualScheduler scheduler = new ManualScheduler();

    /** Writes down what it hears. */
    static final class Notes implements Hop.Listener {
        final List<String> lines = new ArrayList<>();
        Connection last = Connection.to("");

        @Override
        public void event(ConnectionEvent event) {
            event.connections().forEach(each -> last = each);
            lines.add(event.kind() + " "
                    + event.connections().stream()
                            .map(each -> each.id() + ":" + each.state())
                            .toList());
        }

        @Override
        public void ended(Refused reason) {
            lines.add("ended " + reason.reason());
        }
    }

    static Connection connection(String id) {
        var name = new ConnectionId(id);
        return Connection.to("vpn").withId(name).withPath(Path.startingAt(Segment.of("hop", name)));
    }

    private static Connection down(Connection connection) {
        return connection.withState(Connection.State.DOWN);
    }

    @Test
    void tells_the_present_state_first_even_when_it_is_nothing() {
        var notes = new Notes();
        new Events(scheduler).subscribe(Selector.ALL, notes);
        scheduler.settle();
        assertThat(notes.lines).containsExactly("INITIAL_STATE_TRANSFER []");
    }

    @Test
    void tells_updates_and_deletions_in_order() {
        var events = new Events(scheduler);
        events.update(connection("a"));
        var notes = new Notes();
        events.subscribe(Selector.ALL, notes);
        events.update(connection("b"));
        events.delete(new ConnectionId("a"));
        events.delete(new ConnectionId("a"));
        scheduler.settle();
        assertThat(notes.lines).containsExactly("INITIAL_STATE_TRANSFER [a:UP]", "UPDATE [b:UP]", "DELETE [a:UP]");
    }

    @Test
    void tells_only_what_the_selector_fits() {
        var events = new Events(scheduler);
        events.update(connection("a"));
        var notes = new Notes();
        events.subscribe(Selector.ofHop("hop", new ConnectionId("b")), notes);
        events.update(connection("a"));
        events.update(connection("b"));
        scheduler.settle();
        assertThat(notes.lines).containsExactly("INITIAL_STATE_TRANSFER []", "UPDATE [b:UP]");
    }

    @Test
    void says_nothing_of_a_change_that_changes_nothing() {
        var events = new Events(scheduler);
        events.update(connection("a"));
        var notes = new Notes();
        events.subscribe(Selector.ALL, notes);
        events.change(new ConnectionId("a"), UnaryOperator.identity());
        events.change(new ConnectionId("a"), EventsTest::down);
        events.change(new ConnectionId("a"), EventsTest::down);
        events.change(new ConnectionId("unknown"), EventsTest::down);
        scheduler.settle();
        assertThat(notes.lines).containsExactly("INITIAL_STATE_TRANSFER [a:UP]", "UPDATE [a:DOWN]");
    }

    @Test
    void keeps_what_is_reported_between_the_question_and_the_answer() {
        var events = new Events(scheduler);
        events.asking(new ConnectionId("a"));
        events.change(new ConnectionId("a"), EventsTest::down);
        var notes = new Notes();
        events.subscribe(Selector.ALL, notes);
        events.update(connection("a"));
        scheduler.settle();
        assertThat(notes.lines).containsExactly("INITIAL_STATE_TRANSFER []", "UPDATE [a:UP]", "UPDATE [a:DOWN]");
    }

    @Test
    void ends_a_watcher_that_does_not_keep_up_and_nobody_else() {
        var events = new Events(scheduler, 3);
        var slow = new Notes();
        events.subscribe(Selector.ALL, slow);
        var other = new Notes();
        events.subscribe(Selector.ofHop("hop", new ConnectionId("x")), other);
        for (int i = 0; i < 5; i++) {
            events.update(connection("c" + i));
        }
        events.update(connection("x"));
        scheduler.settle();
        assertThat(slow.lines).containsExactly("ended NO_CAPACITY");
        assertThat(other.lines).containsExactly("INITIAL_STATE_TRANSFER []", "UPDATE [x:UP]");
        assertThat(events.watchers()).isEqualTo(1);
    }

    @Test
    void tells_nothing_after_the_end_of_a_subscription() throws Exception {
        var events = new Events(scheduler);
        var notes = new Notes();
        var subscription = events.subscribe(Selector.ALL, notes);
        scheduler.settle();
        events.update(connection("a"));
        subscription.close();
        events.update(connection("b"));
        scheduler.settle();
        assertThat(notes.lines).containsExactly("INITIAL_STATE_TRANSFER []");
    }
}
