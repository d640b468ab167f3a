package org.nsm4j.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.path.Tokens;

class RefreshRegistrationTest {
    private static final Endpoint GATEWAY = Endpoint.named("gw").providing(List.of("vpn"));
    private static final Duration MOST = Duration.ofSeconds(5);

    private final StepScheduler scheduler = new StepScheduler();
    private final SlowRegistry far = new SlowRegistry(scheduler);
    private final NameTurns<Endpoint> turns = new NameTurns<>(scheduler);
    private final Registry<Endpoint> registry = new InTurn<>(
            Kind.ENDPOINT, turns, new ExpireEndpoints(Duration.ofMinutes(1), Tokens.NONE, turns, scheduler, far));
    private final RefreshRegistration<Endpoint> kept =
            new RefreshRegistration<>(Kind.ENDPOINT, registry, scheduler, new SplittableRandom(1));

    private List<Endpoint> registered() {
        return far.down ? List.of() : far.find(Endpoint.named("gw"), Caller.SELF);
    }

    @Test
    void refreshes_after_at_most_two_thirds_of_the_life_that_remains() {
        kept.register(GATEWAY, MOST);
        assertThat(far.registrations).isEqualTo(1);
        scheduler.pass(Duration.ofSeconds(35));
        assertThat(far.registrations).isEqualTo(1);
        scheduler.pass(Duration.ofSeconds(5));
        assertThat(far.registrations).isEqualTo(2);
        scheduler.pass(Duration.ofMinutes(60));
        assertThat(registered()).hasSize(1);
        assertThat(far.registrations).isBetween(90, 105);
    }

    @Test
    void each_refresh_asks_for_a_new_end() {
        kept.register(GATEWAY, MOST);
        scheduler.pass(Duration.ofSeconds(40));
        assertThat(kept.registered().orElseThrow().expires()).isAfter(StepScheduler.START.plusSeconds(90));
    }

    @Test
    void registers_again_soon_when_the_registry_restarts_and_has_forgotten_it() {
        kept.register(GATEWAY, MOST);
        far.restart(true);
        assertThat(registered()).isEmpty();
        scheduler.pass(Duration.ofMillis(200));
        assertThat(registered()).hasSize(1);
        assertThat(far.watchers).hasSize(1);
    }

    @Test
    void registers_again_soon_when_somebody_takes_it_back() {
        kept.register(GATEWAY, MOST);
        far.tellAll();
        far.unregister(Registration.of(GATEWAY), Caller.SELF);
        far.tellAll();
        scheduler.pass(Duration.ofMillis(200));
        assertThat(registered()).hasSize(1);
    }

    @Test
    void several_restarts_within_a_minute_do_not_add_up_to_a_long_wait() {
        kept.register(GATEWAY, MOST);
        for (int restart = 0; restart < 8; restart++) {
            far.restart(true);
            scheduler.pass(Duration.ofMillis(1600));
            assertThat(registered()).as("after restart %d", restart).hasSize(1);
        }
    }

    @Test
    void goes_on_trying_while_the_registry_is_down_and_says_why() {
        kept.register(GATEWAY, MOST);
        far.restart(true);
        far.down = true;
        scheduler.pass(Duration.ofMinutes(10));
        assertThat(kept.failure()).map(Refused::reason).contains(Refused.Reason.UNAVAILABLE);
        assertThat(far.registrations).isLessThan(150);
        far.down = false;
        scheduler.pass(Duration.ofSeconds(10));
        assertThat(registered()).hasSize(1);
        assertThat(kept.failure()).isEmpty();
    }

    @Test
    void a_first_registration_that_is_refused_is_told_and_not_kept() {
        far.down = true;
        assertThatThrownBy(() -> kept.register(GATEWAY, MOST)).isInstanceOf(Refused.class);
        far.down = false;
        scheduler.pass(Duration.ofMinutes(1));
        assertThat(far.registrations).isEqualTo(1);
        kept.keep(GATEWAY);
        scheduler.settle();
        scheduler.pass(Duration.ZERO);
        assertThat(registered()).hasSize(1);
    }

    @Test
    void takes_it_back_when_it_is_closed_and_stays_away() {
        kept.register(GATEWAY, MOST);
        kept.close();
        assertThat(registered()).isEmpty();
        assertThat(far.watchers).isEmpty();
        scheduler.pass(Duration.ofMinutes(5));
        assertThat(far.registrations).isEqualTo(1);
    }

    @Test
    void a_service_is_not_refreshed_but_registered_again_when_it_is_lost() {
        var services = new MemoryRegistry<>(Kind.SERVICE, scheduler);
        var vpn = NetworkService.named("vpn");
        var heard = new StepScheduler.Heard<>(Kind.SERVICE);
        services.watch(vpn, heard, Caller.SELF);
        new RefreshRegistration<>(Kind.SERVICE, services, scheduler, new SplittableRandom(1)).register(vpn, MOST);
        scheduler.pass(Duration.ofHours(1));
        assertThat(heard.news).containsExactly("+vpn");
        services.unregister(Registration.of(vpn), Caller.SELF);
        scheduler.pass(Duration.ofSeconds(1));
        assertThat(heard.news).containsExactly("+vpn", "-vpn", "+vpn");
    }
}
