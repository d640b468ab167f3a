package org.nsm4j.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.core.path.TokenSubject;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.core.policy.PlainTokens;
import org.nsm4j.core.policy.PolicySet;

class AuthorizeRegistrationTest {
    private static final String US = "spiffe://nsm/registry";
    private static final Endpoint GATEWAY = Endpoint.named("gw").providing(List.of("vpn"));

    private final StepScheduler scheduler = new StepScheduler();
    private final MapJournal disk = new MapJournal();
    private Registry<Endpoint> registry = started();

    private Registry<Endpoint> started() {
        var verifier = new PlainTokens();
        TokenSubject subject = token ->
                java.util.Optional.of(SpiffeId.parse(verifier.read(token).subject()));
        Tokens tokens = peer -> new Caller.Token(token(US, String.valueOf(peer)), StepScheduler.START.plusSeconds(9));
        var memory = new MemoryRegistry<>(Kind.ENDPOINT, scheduler, disk);
        var owners = AuthorizeRegistration.Owners.recordedIn(Kind.ENDPOINT, memory);
        var policies = PolicySet.parse(PolicySet.REGISTRY_SERVER, verifier);
        var authorize = new AuthorizeRegistration<>(Kind.ENDPOINT, policies, owners, scheduler, memory);
        var inTurn = new InTurn<>(Kind.ENDPOINT, new NameTurns<>(scheduler), authorize);
        return new RegistryPath<>(Kind.ENDPOINT, tokens, subject, inTurn);
    }

    private static String token(String subject, String audience) {
        return PlainTokens.token(subject, audience, "2999-01-01T00:00:00Z", "peer");
    }

    private static Caller peer(String identity) {
        return peer(identity, token(identity, US));
    }

    private static Caller peer(String identity, String token) {
        var until = StepScheduler.START.plusSeconds(600);
        return new Caller(SpiffeId.parse(identity), PlainTokens.PEER, new Caller.Token(token, until), null, false);
    }

    @Test
    void the_first_that_registers_a_name_owns_it_until_it_takes_it_back() {
        var owner = peer("spiffe://nsm/owner");
        var other = peer("spiffe://nsm/other");
        registry.register(Registration.of(GATEWAY), owner);
        registry.register(Registration.of(GATEWAY), owner);
        assertThatThrownBy(() -> registry.register(Registration.of(GATEWAY), other))
                .isInstanceOf(Refused.class)
                .hasMessage(
                        "no sufficient privileges: rule client_allowed: owner of endpoint gw: spiffe://nsm/owner (expected: spiffe://nsm/other, who asks)");
        assertThatThrownBy(() -> registry.unregister(Registration.of(GATEWAY), other))
                .isInstanceOf(Refused.class);
        assertThat(registry.find(GATEWAY, other)).hasSize(1);
        registry.unregister(Registration.of(GATEWAY), owner);
        registry.register(Registration.of(GATEWAY), other);
    }

    @Test
    void the_owner_owns_it_also_after_the_registry_restarted() {
        registry.register(Registration.of(GATEWAY), peer("spiffe://nsm/owner"));
        registry = started();
        assertThatThrownBy(() -> registry.register(Registration.of(GATEWAY), peer("spiffe://nsm/other")))
                .hasMessageContaining("rule client_allowed");
        registry.register(Registration.of(GATEWAY), peer("spiffe://nsm/owner"));
    }

    @Test
    void refuses_a_token_that_somebody_else_signed() {
        var stolen = PlainTokens.token("spiffe://nsm/owner", US, "2999-01-01T00:00:00Z", "stranger");
        assertThatThrownBy(() -> registry.register(Registration.of(GATEWAY), peer("spiffe://nsm/owner", stolen)))
                .hasMessageContaining("rule prev_token_signed");
    }

    @Test
    void what_is_registered_without_an_owner_may_be_registered_by_anybody() {
        disk.put(GATEWAY);
        registry = started();
        var answer = registry.register(Registration.of(GATEWAY), peer("spiffe://nsm/owner"));
        assertThat(answer.item().pathIds()).containsExactly("spiffe://nsm/owner", US);
    }
}
