package org.nsm4j.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.core.model.Refused;

class PolicySetTest {
    private static PolicySet parse(List<String> masks) {
        return PolicySet.parse(masks, new PlainTokens());
    }

    @Test
    void the_default_masks_name_the_rules_that_upstream_asks() {
        assertThat(parse(PolicySet.SERVER).rules())
                .containsExactlyInAnyOrder(
                        Rule.TOKENS_VALID, Rule.TOKENS_CHAINED, Rule.TOKENS_EXPIRED, Rule.PREV_TOKEN_SIGNED);
        assertThat(parse(PolicySet.REGISTRY_CLIENT).rules())
                .containsExactlyInAnyOrder(
                        Rule.TOKENS_VALID,
                        Rule.TOKENS_CHAINED,
                        Rule.TOKENS_EXPIRED,
                        Rule.CLIENT_ALLOWED,
                        Rule.NEXT_TOKEN_SIGNED);
    }

    @Test
    void a_mask_may_name_one_file() {
        assertThat(parse(List.of("etc/nsm/opa/common/tokens_expired.rego")).rules())
                .containsExactly(Rule.TOKENS_EXPIRED);
    }

    @Test
    void no_masks_allow_everything() {
        assertThatCode(() -> parse(List.of("", " ")).enforce(Facts.ofPath(List.of("no token"), 0, null, Instant.MIN)))
                .doesNotThrowAnyException();
    }

    @Test
    void refuses_a_mask_that_names_no_rule_and_lists_those_that_exist() {
        assertThatThrownBy(() -> parse(List.of("etc/nsm/opa/common/tokens_vaild.rego")))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("no rule has this name")
                .hasMessageContaining("etc/nsm/opa/common/tokens_valid.rego");
        assertThatThrownBy(() -> parse(List.of("etc/[")))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("not a regular expression");
    }

    @Test
    void refuses_a_rego_file_of_ones_own_by_name_and_by_mask(@TempDir Path folder) throws IOException {
        var own = Files.writeString(folder.resolve("own.rego"), "package nsm\n");
        assertThatThrownBy(() -> parse(List.of(own.toString())))
                .isInstanceOf(Refused.class)
                .hasMessageContaining(own + "\": a Rego file of your own has no equivalent here");
        assertThatThrownBy(() -> parse(List.of(folder + "/.*.rego")))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("own.rego");
    }

    @Test
    void a_denial_says_so_in_upstreams_words_and_names_the_rule_and_its_facts() {
        var facts = Facts.ofPath(List.of(""), 0, PlainTokens.PEER, Instant.EPOCH);
        assertThatThrownBy(() -> parse(PolicySet.SERVER).enforce(facts))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NOT_AUTHORIZED))
                .hasMessage("no sufficient privileges: rule tokens_valid: token of segment 0: none (expected: a JWT)");
    }

    @Test
    void beyond_upstream_each_side_holds_the_peer_to_its_own_name_and_no_policies_stay_none() {
        var server = PolicySet.parse(PolicySet.SERVER, new PlainTokens());
        assertThat(server.beyondUpstream(PathSignatures.OFF).rules())
                .contains(Rule.PREV_TOKEN_OF_PEER)
                .doesNotContain(Rule.NEXT_TOKEN_OF_PEER, Rule.PATH_PROVED, Rule.PATH_SHOWN);
        assertThat(server.beyondUpstream(PathSignatures.SHOWN).rules()).contains(Rule.PATH_PROVED);
        var client = PolicySet.parse(PolicySet.CLIENT, new PlainTokens());
        assertThat(client.beyondUpstream(PathSignatures.REQUIRED).rules())
                .contains(Rule.NEXT_TOKEN_OF_PEER, Rule.PATH_PROVED, Rule.PATH_SHOWN);
        var none = PolicySet.parse(List.of(), new PlainTokens());
        assertThat(none.beyondUpstream(PathSignatures.REQUIRED).rules()).isEmpty();
    }

    @Test
    void a_mask_never_names_a_rule_of_ours() {
        assertThat(PolicySet.parse(List.of(".*"), new PlainTokens()).rules()).hasSize(7);
    }
}
