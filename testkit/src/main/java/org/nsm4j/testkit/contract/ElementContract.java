package org.nsm4j.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.path.UpdatePath;
import org.nsm4j.testkit.fake.FakeEnd;
import org.nsm4j.testkit.schedule.SimulatedScheduler;

/**
 * The contract of {@link Element}, checked in a chain of path upkeep, table, the element and an end.
 *
 * @param type what is checked
 * @param make makes one in a world
 * @param accepted a client's first request that it accepts
 * @param refused one that it refuses by itself; null where it refuses none
 */
public record ElementContract(
        Class<? extends Element> type,
        Function<World, Element> make,
        Request accepted,
        @Nullable Request refused) {
    /** What an element may be made with. */
    public static final class World implements AutoCloseable {
        private final SimulatedScheduler scheduler = new SimulatedScheduler(1);
        private final ConnectionTable table = new ConnectionTable(scheduler);
        private final FakeEnd end = new FakeEnd();
        private boolean refusesAfterwards;
        private final Chain chain;

        World(ElementContract contract) {
            var last = new int[1];
            Element judge = (call, rest) -> {
                var answer = rest.request(call);
                if (refusesAfterwards) {
                    throw new Refused(Refused.Reason.INTERNAL, "judge: told to refuse");
                }
                return answer;
            };
            chain = Chain.through(
                            new UpdatePath("hop", () -> new ConnectionId("hop-" + ++last[0])),
                            table,
                            judge,
                            contract.make.apply(this))
                    .to(end);
        }

        /** The scheduler of this world. */
        public SimulatedScheduler scheduler() {
            return scheduler;
        }

        /** The table before the element. */
        public ConnectionTable table() {
            return table;
        }

        private Connection ask(Request request) {
            return scheduler.call("request", () -> chain.request(request, Caller.SELF));
        }

        private void close(Connection connection) {
            scheduler.call("close", () -> {
                chain.close(connection, Caller.SELF);
                return Boolean.TRUE;
            });
        }

        @Override
        public void close() {
            scheduler.close();
        }
    }

    /** All checks by their names. */
    public Map<String, Runnable> checks() {
        var checks = new LinkedHashMap<String, Runnable>();
        checks.put("asks the rest once and only once", in(this::asksTheRest));
        if (refused != null) {
            var request = refused;
            checks.put("refuses without asking", in(world -> refuses(world, request)));
        }
        checks.put("gives the same request the same answer", in(this::answersTheSame));
        checks.put("closes once, and again without harm", in(this::closesTwice));
        checks.put("unwinds fully when the rest refuses", in(this::unwindsWhenTheRestRefuses));
        checks.put("unwinds fully when an element before it fails", in(this::unwindsWhenTheJudgeRefuses));
        checks.put("keeps what stands when a refresh fails", in(this::keepsWhatStands));
        return checks;
    }

    private Runnable in(Consumer<World> check) {
        return () -> {
            try (var world = new World(this)) {
                check.accept(world);
            }
        };
    }

    private void asksTheRest(World world) {
        world.ask(accepted);
        assertThat(world.end.log()).containsExactly("request FIRST");
    }

    private static void refuses(World world, Request request) {
        assertThatThrownBy(() -> world.ask(request)).isInstanceOf(Refused.class);
        assertThat(world.end.open()).isEmpty();
        assertThat(world.table.size()).isZero();
    }

    private void answersTheSame(World world) {
        var first = world.ask(accepted);
        var again = world.ask(accepted.with(first));
        assertThat(again.context()).isEqualTo(first.context());
        assertThat(again.mechanism()).isEqualTo(first.mechanism());
        assertThat(again.labels()).isEqualTo(first.labels());
        assertThat(again.endpoint()).isEqualTo(first.endpoint());
        assertThat(again.path().segments()).hasSameSizeAs(first.path().segments());
    }

    private void closesTwice(World world) {
        var answer = world.ask(accepted);
        world.close(answer);
        assertThat(world.end.closes()).hasSize(1);
        world.close(answer);
        assertThat(world.table.size()).isZero();
        world.scheduler.run(Duration.ofDays(1));
        assertThat(world.end.requests()).hasSize(1);
    }

    private void unwindsWhenTheRestRefuses(World world) {
        world.end.refuse(Refused.Reason.NO_CAPACITY);
        assertThatThrownBy(() -> world.ask(accepted)).isInstanceOf(Refused.class);
        world.end.accept();
        worksLikeNew(world);
    }

    private void unwindsWhenTheJudgeRefuses(World world) {
        world.refusesAfterwards = true;
        assertThatThrownBy(() -> world.ask(accepted)).isInstanceOf(Refused.class);
        assertThat(world.end.open()).isEmpty();
        world.refusesAfterwards = false;
        worksLikeNew(world);
    }

    /** What was not given back would show: another address, no capacity, an answer to a timer. */
    private void worksLikeNew(World world) {
        assertThat(world.table.size()).isZero();
        try (var fresh = new World(this)) {
            assertThat(world.ask(accepted).context())
                    .isEqualTo(fresh.ask(accepted).context());
        }
    }

    private void keepsWhatStands(World world) {
        var answer = world.ask(accepted);
        world.end.refuse(Refused.Reason.UNAVAILABLE);
        assertThatThrownBy(() -> world.ask(accepted.with(answer))).isInstanceOf(Refused.class);
        world.end.accept();
        assertThat(world.end.closes()).isEmpty();
        assertThat(world.ask(accepted.with(answer)).context()).isEqualTo(answer.context());
    }

    @Override
    public String toString() {
        return type.getSimpleName();
    }
}
