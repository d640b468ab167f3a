package org.nsm4j.testkit.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;
import org.nsm4j.testkit.fake.FakeEnd;
import org.nsm4j.testkit.fake.FakeThing;
import org.nsm4j.testkit.schedule.SimulatedScheduler;

/** What {@link Call#hold} and {@link Call#replace} promise, as an element sees it. */
class HoldingsTest {
    private static final class Lease extends FakeThing {
        Lease(List<String> log) {
            super("lease", log);
        }
    }

    private static final class Wire extends FakeThing {
        Wire(String name, List<String> log) {
            super(name, log);
        }
    }

    private static final class Broken implements AutoCloseable {
        @Override
        public void close() {
            throw new IllegalStateException("cannot delete broken");
        }
    }

    private final SimulatedScheduler scheduler = new SimulatedScheduler(1);
    private final List<String> log = new ArrayList<>();
    private final FakeEnd end = new FakeEnd();
    private FakeEnd.Before work = call -> {};
    private final Element worker = new Element() {
        @Override
        public Connection request(Call call, Rest rest) {
            work.with(call);
            return rest.request(call);
        }
    };
    private final Chain chain =
            Chain.through(new ConnectionTable(scheduler), worker).to(end);

    @BeforeEach
    void holdTwoThings() {
        work = call -> {
            call.hold(Lease.class, () -> new Lease(log));
            call.hold(Wire.class, () -> new Wire("wire", log));
        };
    }

    @AfterEach
    void stop() {
        scheduler.close();
    }

    private void ask() {
        chain.request(Requests.first("a"), Caller.SELF);
    }

    private void askInVain() {
        end.refuse(Refused.Reason.UNAVAILABLE);
        assertThat(catchThrowable(this::ask)).isInstanceOf(Refused.class);
        end.accept();
    }

    private void close() {
        chain.close(Requests.first("a").connection(), Caller.SELF);
    }

    @Test
    void a_refresh_carries_over_and_a_close_releases_in_reverse_order() {
        ask();
        ask();
        assertThat(log).containsExactly("make lease", "make wire");
        close();
        assertThat(log).containsExactly("make lease", "make wire", "release wire", "release lease");
    }

    @Test
    void a_failed_first_request_releases_what_it_made_in_reverse_order() {
        askInVain();
        assertThat(log).containsExactly("make lease", "make wire", "release wire", "release lease");
    }

    @Test
    void a_refresh_that_does_not_ask_for_a_thing_any_more_releases_it() {
        ask();
        work = call -> call.hold(Lease.class, () -> new Lease(log));
        ask();
        assertThat(log).containsExactly("make lease", "make wire", "release wire");
    }

    @Test
    void a_failed_refresh_releases_only_what_it_made_itself() {
        ask();
        work = call -> call.replace(Wire.class, () -> new Wire("new wire", log));
        askInVain();
        assertThat(log).containsExactly("make lease", "make wire", "make new wire", "release new wire");
        close();
        assertThat(log).endsWith("release wire", "release lease");
    }

    @Test
    void a_replaced_thing_goes_when_its_successor_has_worked() {
        ask();
        work = call -> {
            call.hold(Lease.class, () -> new Lease(log));
            call.replace(Wire.class, () -> new Wire("new wire", log));
            assertThat(log).doesNotContain("release wire");
        };
        ask();
        assertThat(log).containsExactly("make lease", "make wire", "make new wire", "release wire");
        close();
        assertThat(log).endsWith("release new wire", "release lease");
    }

    @Test
    void a_thing_that_was_replaced_twice_in_one_request_goes_too() {
        work = call -> {
            call.replace(Wire.class, () -> new Wire("one", log));
            call.replace(Wire.class, () -> new Wire("two", log));
        };
        ask();
        assertThat(log).containsExactly("make one", "make two", "release one");
        close();
        assertThat(log).endsWith("release two");
    }

    @Test
    void a_release_that_fails_does_not_keep_the_others_and_is_reported() {
        work = call -> {
            call.hold(Lease.class, () -> new Lease(log));
            call.hold(Broken.class, Broken::new);
            call.hold(Wire.class, () -> new Wire("wire", log));
        };
        ask();
        assertThat(catchThrowable(this::close)).hasMessage("cannot delete broken");
        assertThat(log).endsWith("release wire", "release lease");
    }

    @Test
    void a_release_that_fails_after_a_failure_is_kept_as_suppressed() {
        work = call -> call.hold(Broken.class, Broken::new);
        end.refuse(Refused.Reason.NO_CAPACITY);
        var failure = catchThrowable(this::ask);
        assertThat(failure).isInstanceOf(Refused.class);
        assertThat(failure.getSuppressed())
                .singleElement()
                .satisfies(e -> assertThat(e).hasMessage("cannot delete broken"));
    }

    @Test
    void what_was_adopted_survives_a_failure_and_goes_with_the_close() {
        work = call -> call.adopt(Wire.class, () -> new Wire("found wire", log));
        askInVain();
        assertThat(log).doesNotContain("release found wire");
        ask();
        close();
        assertThat(log).endsWith("release found wire");
    }

    @Test
    void a_refresh_works_and_keeps_what_it_made_although_the_old_cannot_be_released() {
        work = call -> call.hold(Broken.class, Broken::new);
        ask();
        work = call -> call.hold(Wire.class, () -> new Wire("wire", log));
        ask();
        close();
        assertThat(end.log()).containsExactly("request FIRST", "request REFRESH", "close");
        assertThat(log).containsExactly("make wire", "release wire");
    }
}
