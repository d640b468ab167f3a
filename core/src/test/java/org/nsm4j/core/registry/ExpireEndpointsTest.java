package org.nsm4j.core.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.path.Tokens;

class ExpireEndpointsTest {
    private static final Instant START = StepScheduler.START;
    private static final Endpoint GATEWAY = Endpoint.named("gw").providing(List.of("vpn"));

    private final StepScheduler scheduler = new StepScheduler();
    private final MemoryRegistry<Endpoint> memory = new MemoryRegistry<>(Kind.ENDPOINT, scheduler);
    private final NameTurns<Endpoint> turns = new NameTurns<>(scheduler);

    private Registry<Endpoint> expiring(Tokens tokens, Registry<Endpoint> rest) {
        return new InTurn<>(
                Kind.ENDPOINT, turns, new ExpireEndpoints(Duration.ofMinutes(1), tokens, turns, scheduler, rest));
    }

    private static Caller withToken(@Nullable Instant expires, @Nullable Instant deadline) {
        var token = expires == null ? null : new Caller.Token("t", expires);
        return new Caller(null, null, token, deadline, false);
    }

    private static @Nullable Instant end(Registry<Endpoint> registry, Endpoint endpoint, Caller caller) {
        return registry.register(Registration.of(endpoint), caller).item().expires();
    }

    @Test
    void ends_at_the_earliest_of_both_tokens_the_longest_life_and_the_endpoints_own_wish() {
        var registry = expiring(Tokens.NONE, memory);
        assertThat(end(registry, GATEWAY, withToken(null, null))).isEqualTo(START.plusSeconds(60));
        assertThat(end(registry, GATEWAY, withToken(START.plusSeconds(50), null)))
                .isEqualTo(START.plusSeconds(50));
        assertThat(end(registry, GATEWAY.until(START.plusSeconds(40)), withToken(START.plusSeconds(50), null)))
                .isEqualTo(START.plusSeconds(40));
        assertThat(end(registry, GATEWAY.until(START.plusSeconds(90)), withToken(null, null)))
                .isEqualTo(START.plusSeconds(60));
        var ours = expiring(audience -> new Caller.Token("own", START.plusSeconds(30)), memory);
        assertThat(end(ours, GATEWAY, withToken(START.plusSeconds(50), null))).isEqualTo(START.plusSeconds(30));
    }

    @Test
    void an_earlier_end_in_the_answer_counts() {
        Registry<Endpoint> shorter = new Layer<>() {
            @Override
            public Registry<Endpoint> rest() {
                return memory;
            }

            @Override
            public Registration<Endpoint> register(Registration<Endpoint> registration, Caller caller) {
                return memory.register(registration.with(registration.item().until(START.plusSeconds(20))), caller);
            }
        };
        var registry = expiring(Tokens.NONE, shorter);
        assertThat(end(registry, GATEWAY, withToken(null, null))).isEqualTo(START.plusSeconds(20));
        var heard = new StepScheduler.Heard<>(Kind.ENDPOINT);
        memory.watch(GATEWAY, heard, Caller.SELF);
        scheduler.pass(Duration.ofSeconds(20));
        assertThat(heard.news).containsExactly("+gw", "-gw");
    }

    @Test
    void takes_an_endpoint_back_at_its_end_unless_it_was_refreshed() {
        var registry = expiring(Tokens.NONE, memory);
        var heard = new StepScheduler.Heard<>(Kind.ENDPOINT);
        memory.watch(Endpoint.named("gw"), heard, Caller.SELF);
        end(registry, GATEWAY, withToken(null, null));
        scheduler.pass(Duration.ofSeconds(40));
        end(registry, GATEWAY, withToken(null, null));
        scheduler.pass(Duration.ofSeconds(59));
        assertThat(heard.news).containsExactly("+gw", "+gw");
        scheduler.pass(Duration.ofSeconds(1));
        assertThat(heard.news).containsExactly("+gw", "+gw", "-gw");
        assertThat(turns.registered("gw")).isEmpty();
    }

    @Test
    void takes_it_back_earlier_by_what_a_slow_caller_may_need_but_never_before_a_refresh_is_due() {
        var registry = expiring(Tokens.NONE, memory);
        var heard = new StepScheduler.Heard<>(Kind.ENDPOINT);
        memory.watch(Endpoint.named(""), heard, Caller.SELF);
        end(registry, GATEWAY, withToken(null, START.plusSeconds(5)));
        end(registry, GATEWAY.withName("slow"), withToken(null, START.plusSeconds(59)));
        scheduler.pass(Duration.ofSeconds(49));
        assertThat(heard.news).containsExactly("+gw", "+slow");
        scheduler.pass(Duration.ofSeconds(1));
        assertThat(heard.news).containsExactly("+gw", "+slow", "-slow");
        scheduler.pass(Duration.ofSeconds(5));
        assertThat(heard.news).containsExactly("+gw", "+slow", "-slow", "-gw");
    }

    @Test
    void an_endpoint_that_was_taken_back_does_not_expire_its_successor() {
        var registry = expiring(Tokens.NONE, memory);
        end(registry, GATEWAY, withToken(null, null));
        scheduler.pass(Duration.ofSeconds(50));
        registry.unregister(Registration.of(GATEWAY), Caller.SELF);
        end(registry, GATEWAY, withToken(null, null));
        scheduler.pass(Duration.ofSeconds(30));
        assertThat(memory.find(GATEWAY, Caller.SELF)).hasSize(1);
    }

    @Test
    void tries_again_when_an_ended_endpoint_cannot_be_taken_back() {
        var down = new Layer<Endpoint>() {
            int tries;

            @Override
            public Registry<Endpoint> rest() {
                return memory;
            }

            @Override
            public void unregister(Registration<Endpoint> registration, Caller caller) {
                if (++tries < 3) {
                    throw new Refused(Refused.Reason.UNAVAILABLE, "registry: down");
                }
                memory.unregister(registration, caller);
            }
        };
        var heard = new StepScheduler.Heard<>(Kind.ENDPOINT);
        memory.watch(GATEWAY, heard, Caller.SELF);
        end(expiring(Tokens.NONE, down), GATEWAY, withToken(null, null));
        scheduler.pass(Duration.ofSeconds(62));
        assertThat(heard.news).containsExactly("+gw");
        scheduler.pass(Duration.ofSeconds(1));
        assertThat(heard.news).containsExactly("+gw", "-gw");
    }

    @Test
    void after_a_restart_what_the_journal_kept_lives_on_for_a_grace_and_then_ends() {
        var kept = new MapJournal();
        kept.put(GATEWAY.until(START.minusSeconds(30)));
        kept.put(GATEWAY.withName("long-gone").until(START.minusSeconds(90)));
        var journal = new RestartGrace(Duration.ofMinutes(1), scheduler, kept);
        var restarted = new MemoryRegistry<>(Kind.ENDPOINT, scheduler, journal);
        var expire = new ExpireEndpoints(Duration.ofMinutes(1), Tokens.NONE, turns, scheduler, restarted);
        expire.resume(restarted.find(Endpoint.named(""), Caller.SELF));
        assertThat(kept.items.keySet()).containsExactly("gw");
        scheduler.pass(Duration.ofSeconds(59));
        assertThat(restarted.find(Endpoint.named(""), Caller.SELF))
                .containsExactly(GATEWAY.until(START.plusSeconds(60)));
        scheduler.pass(Duration.ofSeconds(1));
        assertThat(kept.items).isEmpty();
    }
}
