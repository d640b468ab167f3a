package org.nsm4j.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.policy.PlainTokens;
import org.nsm4j.core.policy.PolicySet;

class AuthorizeRegisteredTest {
    private static final String US = "spiffe://nsm/endpoint";
    private static final String THEM = "spiffe://nsm/registry";
    private static final Endpoint GATEWAY = Endpoint.named("gw").providing(List.of("vpn"));

    private final StepScheduler scheduler = new StepScheduler();
    private final MemoryRegistry<Endpoint> far = new MemoryRegistry<>(Kind.ENDPOINT, scheduler, new MapJournal());
    private String signer = "peer";

    /** The registry behind, which answers with its own token, signed by whom the test says. */
    private final Layer<Endpoint> answering = new Layer<>() {
        @Override
        public Registry<Endpoint> rest() {
            return far;
        }

        @Override
        public Registration<Endpoint> register(Registration<Endpoint> registration, Caller caller) {
            var until = "2999-01-01T00:00:00Z";
            return far.register(registration, caller)
                    .along(new TokenPath(
                            0,
                            List.of(
                                    PlainTokens.token(US, THEM, until, "us"),
                                    PlainTokens.token(THEM, US, until, signer))));
        }
    };

    private final Registry<Endpoint> registry = new AuthorizeRegistered<>(
            Kind.ENDPOINT,
            () -> PolicySet.parse(PolicySet.REGISTRY_CLIENT, new PlainTokens()),
            () -> Optional.of(PlainTokens.PEER),
            scheduler,
            answering);

    @Test
    void an_answer_that_the_registry_signed_passes() {
        assertThat(registry.register(Registration.of(GATEWAY), Caller.SELF)
                        .item()
                        .name())
                .isEqualTo("gw");
    }

    @Test
    void what_is_answered_by_somebody_else_is_taken_back_and_refused() {
        signer = "somebody";
        assertThatThrownBy(() -> registry.register(Registration.of(GATEWAY), Caller.SELF))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("next_token_signed");
        assertThat(far.find(Kind.ENDPOINT.named("gw"), Caller.SELF)).isEmpty();
    }

    @Test
    void a_bad_answer_to_a_refresh_takes_nothing_back() {
        registry.register(Registration.of(GATEWAY), Caller.SELF);
        signer = "somebody";
        assertThatThrownBy(() -> registry.register(Registration.of(GATEWAY), Caller.SELF))
                .isInstanceOf(Refused.class);
        assertThat(far.find(Kind.ENDPOINT.named("gw"), Caller.SELF)).hasSize(1);
    }
}
