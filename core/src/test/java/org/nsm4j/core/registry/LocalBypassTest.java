package org.nsm4j.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;

class LocalBypassTest {
    private static final Url MANAGER = Url.parse("tcp://10.0.0.9:5001");
    private static final Endpoint GATEWAY =
            Endpoint.named("gw").providing(List.of("vpn")).at("unix:///run/gw.sock");

    private final StepScheduler scheduler = new StepScheduler();
    private final MemoryRegistry<Endpoint> domain = new MemoryRegistry<>(Kind.ENDPOINT, scheduler);
    private final LocalBypass manager = new LocalBypass(MANAGER, domain);

    @Test
    void the_domain_sees_the_managers_url_and_its_own_node_the_real_one() {
        var answer = manager.register(Registration.of(GATEWAY), Caller.SELF);
        assertThat(answer.item()).isEqualTo(GATEWAY);
        assertThat(domain.find(Endpoint.named("gw"), Caller.SELF)).containsExactly(GATEWAY.at(MANAGER.toString()));
        assertThat(manager.find(Endpoint.named("gw"), Caller.SELF)).containsExactly(GATEWAY);
        assertThat(manager.find(Endpoint.named("").at("/run/gw"), Caller.SELF)).containsExactly(GATEWAY);
        assertThat(manager.find(Endpoint.named("").at(MANAGER.toString()), Caller.SELF))
                .as("what is on this node")
                .containsExactly(GATEWAY);
        assertThat(manager.find(Endpoint.named("").at("10.0.0.77"), Caller.SELF))
                .isEmpty();
    }

    @Test
    void another_registration_of_the_name_brings_its_own_url() {
        manager.register(Registration.of(GATEWAY), Caller.SELF);
        var moved = GATEWAY.at("unix:///run/gw-2.sock");
        manager.register(Registration.of(moved), Caller.SELF);
        assertThat(manager.find(Endpoint.named("gw"), Caller.SELF)).containsExactly(moved);
    }

    @Test
    void after_a_restart_an_endpoint_is_hidden_until_it_registers_again() {
        manager.register(Registration.of(GATEWAY), Caller.SELF);
        var restarted = new LocalBypass(MANAGER, domain);
        var heard = new StepScheduler.Heard<>(Kind.ENDPOINT);
        restarted.watch(Endpoint.named(""), heard, Caller.SELF);
        scheduler.settle();
        assertThat(restarted.find(Endpoint.named("gw"), Caller.SELF)).isEmpty();
        assertThat(heard.news).isEmpty();
        restarted.register(Registration.of(GATEWAY), Caller.SELF);
        scheduler.settle();
        assertThat(heard.items).containsExactly(GATEWAY);
    }

    @Test
    void that_a_hidden_endpoint_was_deleted_is_told() {
        manager.register(Registration.of(GATEWAY), Caller.SELF);
        var heard = new StepScheduler.Heard<>(Kind.ENDPOINT);
        new LocalBypass(MANAGER, domain).watch(Endpoint.named(""), heard, Caller.SELF);
        domain.unregister(Registration.of(GATEWAY), Caller.SELF);
        scheduler.settle();
        assertThat(heard.news).containsExactly("-gw");
    }

    @Test
    void endpoints_of_other_nodes_pass_unchanged() {
        var remote = GATEWAY.withName("far").at("tcp://10.0.0.8:5001");
        domain.register(Registration.of(remote), Caller.SELF);
        assertThat(manager.find(Endpoint.named("far"), Caller.SELF)).containsExactly(remote);
    }

    @Test
    void taking_back_what_is_not_local_asks_nobody() {
        var remote = GATEWAY.withName("far").at("tcp://10.0.0.8:5001");
        domain.register(Registration.of(remote), Caller.SELF);
        manager.unregister(Registration.of(remote), Caller.SELF);
        assertThat(domain.find(Endpoint.named("far"), Caller.SELF)).hasSize(1);
        manager.register(Registration.of(GATEWAY), Caller.SELF);
        manager.unregister(Registration.of(Endpoint.named("gw")), Caller.SELF);
        assertThat(domain.find(Endpoint.named("gw"), Caller.SELF)).isEmpty();
        assertThat(manager.local("gw")).isEmpty();
    }

    @Test
    void a_registration_that_fails_leaves_what_was_there() {
        Registry<Endpoint> refusing = new Layer<>() {
            @Override
            public Registry<Endpoint> rest() {
                return domain;
            }

            @Override
            public Registration<Endpoint> register(Registration<Endpoint> registration, Caller caller) {
                if (registration.item().services().contains("bad")) {
                    throw new Refused(Refused.Reason.UNAVAILABLE, "registry: down");
                }
                return domain.register(registration, caller);
            }
        };
        var bypass = new LocalBypass(MANAGER, refusing);
        var bad = GATEWAY.at("unix:///run/bad.sock").providing(List.of("bad"));
        assertThatThrownBy(() -> bypass.register(Registration.of(bad), Caller.SELF))
                .isInstanceOf(Refused.class);
        assertThat(bypass.local("gw")).isEmpty();
        bypass.register(Registration.of(GATEWAY), Caller.SELF);
        assertThatThrownBy(() -> bypass.register(Registration.of(bad), Caller.SELF))
                .isInstanceOf(Refused.class);
        assertThat(bypass.local("gw")).contains(GATEWAY);
    }

    @Test
    void refuses_an_endpoint_without_a_url() {
        assertThatThrownBy(() -> manager.register(Registration.of(GATEWAY.at("")), Caller.SELF))
                .isInstanceOf(Refused.class)
                .hasMessageStartingWith("cannot register endpoint gw: url: \"\"");
    }
}
