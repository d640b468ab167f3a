package org.nsm4j.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.core.path.TokenSubject;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.core.schedule.LiveScheduler;

class LayersTest {
    private static final Endpoint GATEWAY =
            Endpoint.named("gw").providing(List.of("vpn")).at("tcp://10.0.0.1:5001");
    /** Tokens of a test are the identity itself. */
    private static final TokenSubject SUBJECT =
            token -> token.isEmpty() ? Optional.empty() : Optional.of(SpiffeId.parse(token));

    private static final String OURS = "spiffe://nsm/manager";
    private static final String THEIRS = "spiffe://nsm/endpoint";

    private final StepScheduler scheduler = new StepScheduler();
    private final MemoryRegistry<Endpoint> memory = new MemoryRegistry<>(Kind.ENDPOINT, scheduler);

    private static Caller peer(String token) {
        var until = StepScheduler.START.plusSeconds(600);
        return new Caller(SpiffeId.parse(token), null, new Caller.Token(token, until), null, false);
    }

    private static Tokens tokensOf(String identity) {
        return audience -> new Caller.Token(identity, StepScheduler.START.plusSeconds(600));
    }

    private Registry<Endpoint> path(String identity, Registry<Endpoint> rest) {
        return new RegistryPath<>(Kind.ENDPOINT, tokensOf(identity), SUBJECT, rest);
    }

    @Test
    void a_first_registration_gets_both_tokens_and_both_identities_and_is_given_back_at_the_callers_place() {
        var answer = path(OURS, memory).register(Registration.of(GATEWAY), peer(THEIRS));
        assertThat(answer.path()).isEqualTo(new TokenPath(0, List.of(THEIRS, OURS)));
        assertThat(answer.item().pathIds()).containsExactly(THEIRS, OURS);
    }

    @Test
    void the_next_hop_replaces_our_token_and_adds_its_own_also_on_a_refresh() {
        var registry = path("spiffe://nsm/registry", memory);
        var arriving = new Registration<>(
                GATEWAY.withPathIds(List.of(THEIRS, OURS)), new TokenPath(1, List.of(THEIRS, "spiffe://nsm/old")));
        var answer = registry.register(arriving, peer(OURS));
        assertThat(answer.path()).isEqualTo(new TokenPath(1, List.of(THEIRS, OURS, "spiffe://nsm/registry")));
        assertThat(answer.item().pathIds()).containsExactly(THEIRS, OURS, "spiffe://nsm/registry");
        assertThat(registry.register(answer, peer(OURS))).isEqualTo(answer);
    }

    @Test
    void refuses_a_registration_path_whose_index_points_past_its_end() {
        var arriving = new Registration<>(GATEWAY, new TokenPath(1, List.of(THEIRS)));
        assertThatThrownBy(() -> path(OURS, memory).register(arriving, peer(THEIRS)))
                .isInstanceOf(Refused.class)
                .hasMessage("registration path index: 1 (expected: less than the 1 segments)");
    }

    @Test
    void without_security_no_identities_are_recorded() {
        var registry = new RegistryPath<>(Kind.ENDPOINT, Tokens.NONE, TokenSubject.NOBODY, memory);
        var answer = registry.register(Registration.of(GATEWAY), new Caller(null, null, null, null, false));
        assertThat(answer.item().pathIds()).isEmpty();
        assertThat(answer.path().tokens()).containsExactly("", "");
    }

    @Test
    void this_process_itself_starts_the_path_as_its_owner() {
        var answer = path(OURS, memory).register(Registration.of(GATEWAY), Caller.SELF);
        assertThat(answer.path()).isEqualTo(new TokenPath(0, List.of(OURS)));
        assertThat(answer.item().pathIds()).containsExactly(OURS);
    }

    @Test
    void a_service_without_a_payload_carries_ip() {
        var services = new AssumePayload(new MemoryRegistry<>(Kind.SERVICE, scheduler));
        var vpn = NetworkService.named("vpn");
        assertThat(services.register(Registration.of(vpn), Caller.SELF).item().payload())
                .isEqualTo(Payload.IP);
        var ethernet = vpn.withPayload(Payload.ETHERNET);
        assertThat(services.register(Registration.of(ethernet), Caller.SELF).item())
                .isEqualTo(ethernet);
    }

    @Test
    void the_first_registration_sets_the_time_that_all_later_ones_keep() {
        var registry = new RegistrationTime(scheduler, memory);
        registry.register(Registration.of(GATEWAY), Caller.SELF);
        scheduler.pass(Duration.ofSeconds(30));
        var later = registry.register(Registration.of(GATEWAY.since(scheduler.now())), Caller.SELF);
        assertThat(later.item().registered()).isEqualTo(StepScheduler.START);
        var old = StepScheduler.START.minusSeconds(100);
        var other = registry.register(Registration.of(GATEWAY.withName("other").since(old)), Caller.SELF);
        assertThat(other.item().registered()).isEqualTo(old);
    }

    @Test
    void each_service_gets_the_nodes_labels_but_never_loses_its_own() {
        var registry = new NodeLabels(Map.of("nodeName", "a", "podName", "manager"), memory);
        var endpoint = GATEWAY.providing(List.of("vpn", "dns"))
                .withLabels(Map.of("vpn", Map.of("podName", "gw", "app", "gateway")));
        var labels =
                registry.register(Registration.of(endpoint), Caller.SELF).item().labels();
        assertThat(labels)
                .isEqualTo(Map.of(
                        "vpn", Map.of("nodeName", "a", "podName", "gw", "app", "gateway"),
                        "dns", Map.of("nodeName", "a", "podName", "manager")));
    }

    @Test
    void names_of_other_domains_are_refused_until_there_is_a_proxy_that_answers_for_them() {
        var foreign = GATEWAY.providing(List.of("vpn@other.example"));
        var alone = new InterdomainSwitch<>(Kind.ENDPOINT, null, memory);
        assertThatThrownBy(() -> alone.find(foreign, Caller.SELF))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.UNSUPPORTED))
                .hasMessageContaining("vpn@other.example")
                .hasMessageContaining("no proxy registry");
        var proxy = new MemoryRegistry<>(Kind.ENDPOINT, scheduler);
        var switching = new InterdomainSwitch<>(Kind.ENDPOINT, proxy, memory);
        switching.register(Registration.of(foreign), Caller.SELF);
        switching.register(Registration.of(GATEWAY.withName("here")), Caller.SELF);
        assertThat(proxy.find(Endpoint.named(""), Caller.SELF)).containsExactly(foreign);
        assertThat(memory.find(Endpoint.named(""), Caller.SELF)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../etc", "a/b", "-a", "a-", "a..b", "a b", "a\nb", "a@", "ä"})
    void refuses_a_name_that_is_no_name(String name) {
        var registry = new Validate<>(Kind.ENDPOINT, memory);
        assertThatThrownBy(() -> registry.register(Registration.of(GATEWAY.withName(name)), Caller.SELF))
                .isInstanceOf(Refused.class)
                .hasMessageStartingWith("endpoint name: ");
        assertThat(memory.find(Endpoint.named(""), Caller.SELF)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "nse-1.kernel_x", "nse@other.example", "nse@10.0.0.1:5002", "nse@[fd00::1]:5002"})
    void accepts_the_names_that_upstreams_programs_use(String name) {
        var registry = new Validate<>(Kind.ENDPOINT, memory);
        registry.register(Registration.of(GATEWAY.withName(name)), Caller.SELF);
        assertThat(memory.find(Endpoint.named(name), Caller.SELF)).hasSize(1);
    }

    @Test
    void refuses_an_endpoint_without_services_with_too_many_labels_or_with_an_unreadable_url() {
        var registry = new Validate<>(Kind.ENDPOINT, memory);
        assertThatThrownBy(() -> registry.register(Registration.of(GATEWAY.providing(List.of())), Caller.SELF))
                .hasMessage("services of endpoint gw: none (expected: at least one)");
        var many = new java.util.HashMap<String, String>();
        IntStream.rangeClosed(0, Limits.MOST_LABELS).forEach(i -> many.put("label" + i, ""));
        var labelled = GATEWAY.withLabels(Map.of("vpn", many));
        assertThatThrownBy(() -> registry.register(Registration.of(labelled), Caller.SELF))
                .hasMessage("labels of endpoint gw: 129 (expected: at most 128)");
        assertThatThrownBy(() -> registry.register(Registration.of(GATEWAY.at("ftp://x")), Caller.SELF))
                .hasMessageContaining("url: \"ftp://x\"");
    }

    @Test
    void whoever_takes_an_endpoint_back_need_know_its_name_only() {
        var gone = new ArrayList<Endpoint>();
        Registry<Endpoint> rest = new Layer<>() {
            @Override
            public Registry<Endpoint> rest() {
                return memory;
            }

            @Override
            public void unregister(Registration<Endpoint> registration, Caller caller) {
                gone.add(registration.item());
            }
        };
        var registry = new InTurn<>(Kind.ENDPOINT, new NameTurns<>(scheduler), rest);
        registry.register(Registration.of(GATEWAY), Caller.SELF);
        registry.unregister(Registration.of(Endpoint.named("gw")), Caller.SELF);
        registry.unregister(Registration.of(Endpoint.named("gw")), Caller.SELF);
        assertThat(gone).containsExactly(GATEWAY, Endpoint.named("gw"));
    }

    @Test
    void one_registration_of_a_name_waits_for_the_one_before_and_gives_up_at_its_deadline() throws Exception {
        try (var live = new LiveScheduler()) {
            var turns = new NameTurns<Endpoint>(live);
            var within = new java.util.concurrent.CountDownLatch(1);
            var leave = new java.util.concurrent.CountDownLatch(1);
            live.spawn(
                    "first",
                    () -> turns.run("gw", Caller.SELF, () -> {
                        within.countDown();
                        try {
                            leave.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }));
            within.await();
            assertThatThrownBy(() -> turns.run("gw", Caller.selfUntil(live.now()), () -> {}))
                    .isInstanceOfSatisfying(
                            Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.DEADLINE));
            turns.run("other", Caller.selfUntil(live.now()), () -> {});
            leave.countDown();
            turns.run("gw", Caller.SELF, () -> {});
        }
    }

    @Test
    void describes_its_layers_from_the_outside_in() {
        Registry<Endpoint> stack = new Validate<>(Kind.ENDPOINT, new NodeLabels(Map.of(), memory));
        assertThat(Layer.describe(stack)).isEqualTo("""
                Validate
                NodeLabels
                MemoryRegistry
                """);
    }
}
