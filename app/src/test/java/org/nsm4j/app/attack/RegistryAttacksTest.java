package org.nsm4j.app.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.registry.Registration;
import org.nsm4j.core.registry.TokenPath;

/** Attacks on what is registered. */
class RegistryAttacksTest {
    private static final String RULES = """
            rules:
              - identities: ["spiffe://nsm.local/node/*"]
                services: ["**"]
              - identities: [spiffe://nsm.local/app/vault]
                services: [vault]
                endpoints: ["vault-*"]
            """;

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init") // by each test
    private Target target;

    private void start(String rules) throws IOException {
        var file = folder.resolve("registrations.yaml");
        Files.writeString(file, rules);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        target = Target.start(folder, file);
    }

    @AfterEach
    void stop() {
        if (target != null) {
            target.close();
        }
    }

    private Registration<Endpoint> register(Url where, String identity, String name, String service) {
        return target.parts(identity)
                .endpoints(where)
                .register(
                        Registration.of(Endpoint.named(name)
                                .providing(List.of(service))
                                .at("unix://" + folder.resolve("rogue.sock"))),
                        Caller.SELF);
    }

    private static void refused(Runnable attack, String words) {
        assertThatThrownBy(attack::run)
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NOT_AUTHORIZED))
                .hasMessageContaining(words);
    }

    @Test
    void attack_1_a_rogue_endpoint_of_somebody_elses_service() throws IOException {
        start(RULES);
        for (var where : List.of(target.manager(), target.registry())) {
            refused(
                    () -> register(where, "/app/thief", "vault-9", "vault"),
                    "rule registration: endpoint vault-9 of vault: spiffe://nsm.local/app/thief may not");
        }
        assertThat(register(target.manager(), "/app/vault", "vault-2", "vault")
                        .item()
                        .name())
                .isEqualTo("vault-2");
    }

    @Test
    void attack_2_a_name_taken_before_its_owner_comes() throws IOException {
        start(RULES);
        refused(
                () -> register(target.manager(), "/app/vault", "bank-1", "vault"),
                "rule registration: endpoint bank-1");
        refused(
                () -> target.parts("/app/vault")
                        .services(target.registry())
                        .register(Registration.of(NetworkService.named("bank")), Caller.SELF),
                "rule registration: network service bank");
    }

    @Test
    void attack_1_a_hop_that_invents_whom_it_registers_for() throws Exception {
        start(RULES);
        var thief = target.source("/app/thief").current().svid();
        var invented = Forgery.plain(thief, Target.id("/app/vault"), Target.id("/app/thief"));
        var registry = target.parts("/app/thief").endpoints(target.registry());
        refused(
                () -> registry.register(
                        new Registration<>(
                                Endpoint.named("vault-9")
                                        .providing(List.of("vault"))
                                        .at("unix:///x"),
                                new TokenPath(1, List.of(invented, ""))),
                        Caller.SELF),
                "rule registration: endpoint vault-9 of vault: spiffe://nsm.local/app/thief says that spiffe://nsm.local/app/vault registers it");
    }

    @Test
    void attack_3_anothers_endpoint_taken_back_or_replaced() throws IOException {
        start("rules: [{identities: [\"**\"], services: [\"**\"]}]");
        for (var where : List.of(target.manager(), target.registry())) {
            var thief = target.parts("/app/thief").endpoints(where);
            var stolen = Registration.of(
                    Endpoint.named("vault-1").providing(List.of("vault")).at("unix:///rogue.sock"));
            refused(() -> thief.unregister(stolen, Caller.SELF), "rule client_allowed");
            refused(() -> thief.register(stolen, Caller.SELF), "rule client_allowed");
        }
        assertThat(target.parts("/app/anybody")
                        .endpoints(target.registry())
                        .find(Endpoint.named("vault-1"), Caller.SELF))
                .hasSize(1);
    }

    @Test
    void attack_19_rules_that_cannot_be_read_stop_the_start_and_a_later_mistake_opens_nothing() throws IOException {
        assertThatThrownBy(() -> start("rules: [{identities: [x], servces: [y]}]"))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("servces: no such key");
        start(RULES);
        Files.writeString(folder.resolve("registrations.yaml"), "rules: [");
        refused(() -> register(target.registry(), "/app/thief", "vault-9", "vault"), "rule registration");
    }
}
