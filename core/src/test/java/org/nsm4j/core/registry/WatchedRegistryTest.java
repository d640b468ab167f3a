package org.nsm4j.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;

class WatchedRegistryTest {
    private static final Endpoint GATEWAY =
            Endpoint.named("gw").providing(List.of("vpn")).until(StepScheduler.START.plusSeconds(60));
    private static final Endpoint BY_SERVICE = Endpoint.named("").providing(List.of("vpn"));

    private final StepScheduler scheduler = new StepScheduler();
    private final SlowRegistry far = new SlowRegistry(scheduler);
    private final WatchedRegistry<Endpoint> near =
            new WatchedRegistry<>(Kind.ENDPOINT, scheduler, new SplittableRandom(1), far);

    @BeforeEach
    void warm() {
        far.register(Registration.of(GATEWAY.withName("old")), Caller.SELF);
        far.tellAll();
        near.start();
        scheduler.settle();
        far.finds = 0;
    }

    @Test
    void answers_what_it_knows_without_asking() {
        assertThat(near.find(BY_SERVICE, Caller.SELF))
                .extracting(Endpoint::name)
                .containsExactly("old");
        assertThat(near.find(Endpoint.named("old"), Caller.SELF)).hasSize(1);
        assertThat(far.finds).isZero();
    }

    @Test
    void asks_the_registry_itself_for_what_it_does_not_know() {
        far.register(Registration.of(GATEWAY), Caller.SELF);
        assertThat(near.find(Endpoint.named("gw"), Caller.SELF)).hasSize(1);
        assertThat(near.find(Endpoint.named("nobody"), Caller.SELF)).isEmpty();
        assertThat(near.find(Endpoint.named(""), Caller.SELF)).hasSize(2);
        assertThat(far.finds).isEqualTo(3);
    }

    @Test
    void sees_at_once_what_was_registered_and_taken_back_through_it() {
        near.register(Registration.of(GATEWAY), Caller.SELF);
        assertThat(near.find(BY_SERVICE, Caller.SELF))
                .extracting(Endpoint::name)
                .containsExactly("gw", "old");
        near.unregister(Registration.of(GATEWAY), Caller.SELF);
        assertThat(near.find(BY_SERVICE, Caller.SELF))
                .extracting(Endpoint::name)
                .containsExactly("old");
        assertThat(far.finds).isZero();
    }

    @Test
    void late_news_do_not_undo_what_was_acknowledged_here_since() {
        near.register(Registration.of(GATEWAY.at("tcp://a:1")), Caller.SELF);
        near.register(Registration.of(GATEWAY.at("tcp://b:1").until(StepScheduler.START.plusSeconds(90))), Caller.SELF);
        far.tellNext();
        assertThat(near.find(Endpoint.named("gw"), Caller.SELF))
                .extracting(Endpoint::url)
                .containsExactly("tcp://b:1");
        near.unregister(Registration.of(GATEWAY), Caller.SELF);
        far.tellNext();
        assertThat(near.find(BY_SERVICE, Caller.SELF))
                .extracting(Endpoint::name)
                .containsExactly("old");
        far.tellAll();
        far.register(Registration.of(GATEWAY), Caller.SELF);
        far.tellAll();
        assertThat(near.find(BY_SERVICE, Caller.SELF)).hasSize(2);
        assertThat(far.finds).isZero();
    }

    @Test
    void forgets_what_the_watch_says_is_gone_and_what_has_ended() {
        far.unregister(Registration.of(Endpoint.named("old")), Caller.SELF);
        far.register(Registration.of(GATEWAY), Caller.SELF);
        far.tellAll();
        assertThat(near.find(BY_SERVICE, Caller.SELF)).containsExactly(GATEWAY);
        scheduler.pass(Duration.ofSeconds(60));
        assertThat(near.find(BY_SERVICE, Caller.SELF)).isEmpty();
    }

    @Test
    void asks_directly_while_there_is_no_watch_and_warms_up_again() {
        far.register(Registration.of(GATEWAY), Caller.SELF);
        far.restart(false);
        assertThat(near.isWarm()).isFalse();
        assertThat(near.find(BY_SERVICE, Caller.SELF)).hasSize(2);
        assertThat(far.finds).isEqualTo(1);
        scheduler.pass(Duration.ofSeconds(1));
        assertThat(near.isWarm()).isTrue();
        far.finds = 0;
        assertThat(near.find(BY_SERVICE, Caller.SELF)).hasSize(2);
        assertThat(far.finds).isZero();
    }

    @Test
    void tries_on_while_the_registry_is_down_without_hammering_it() {
        far.restart(false);
        far.down = true;
        assertThatThrownBy(() -> near.find(BY_SERVICE, Caller.SELF)).isInstanceOf(Refused.class);
        scheduler.pass(Duration.ofMinutes(5));
        assertThat(near.isWarm()).isFalse();
        far.down = false;
        scheduler.pass(Duration.ofSeconds(10));
        assertThat(near.isWarm()).isTrue();
    }

    @Test
    void does_not_open_again_once_it_is_closed() {
        near.close();
        assertThat(far.watchers).isEmpty();
        scheduler.pass(Duration.ofMinutes(1));
        assertThat(far.watchers).isEmpty();
        assertThat(near.find(BY_SERVICE, Caller.SELF)).isEmpty();
    }
}
