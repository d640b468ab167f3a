package org.nsm4j.core.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.fake.ManualScheduler;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.path.UpdatePath;

class EndWhenIdleTest {
    private final ManualScheduler scheduler = new ManualScheduler();
    private final AtomicInteger ends = new AtomicInteger();
    private boolean refuses;
    private final Chain chain = Chain.through(
                    new UpdatePath("nse", () -> new ConnectionId("at-nse")),
                    new ConnectionTable(scheduler),
                    new EndWhenIdle(Duration.ofMinutes(1), scheduler, ends::incrementAndGet))
            .to(new Element() {
                @Override
                public Connection request(Call call, Rest rest) {
                    if (refuses) {
                        throw new Refused(Refused.Reason.NO_ADDRESS, "none left");
                    }
                    return call.connection();
                }

                @Override
                public void close(Call call, Rest rest) {}
            });

    private Connection connect() {
        var id = new ConnectionId("c");
        var connection = Connection.to("vpn").withId(id).withPath(Path.startingAt(Segment.of("client", id)));
        return chain.request(
                new Request(connection, List.of()),
                Caller.selfUntil(scheduler.now().plusSeconds(15)));
    }

    @Test
    void ends_once_when_the_last_connection_is_gone_for_the_whole_time() {
        scheduler.pass(Duration.ofSeconds(59));
        var connection = connect();
        scheduler.pass(Duration.ofHours(1));
        assertThat(ends).hasValue(0);

        chain.close(connection, Caller.SELF);
        scheduler.pass(Duration.ofSeconds(59));
        assertThat(ends).hasValue(0);
        scheduler.pass(Duration.ofSeconds(1));
        assertThat(ends).hasValue(1);
        scheduler.pass(Duration.ofHours(1));
        assertThat(ends).hasValue(1);
        assertThatThrownBy(this::connect).hasMessageContaining("endpoint expired");
    }

    @Test
    void a_request_that_failed_does_not_put_the_end_off() {
        scheduler.pass(Duration.ofSeconds(59));
        refuses = true;
        assertThatThrownBy(this::connect).hasMessageContaining("none left");
        scheduler.pass(Duration.ofSeconds(1));
        assertThat(ends).hasValue(1);
    }
}
