package org.nsm4j.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RuleTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String LATER = "2026-01-01T00:00:01Z";

    private static String token(String subject, String audience) {
        return PlainTokens.token(subject, audience, LATER, "peer");
    }

    private static Verdict check(Rule rule, Facts facts) {
        return new PolicySet(EnumSet.of(rule), new PlainTokens()).check(facts).getFirst();
    }

    private static Facts path(int index, @Nullable X509Certificate peer, String... tokens) {
        return Facts.ofPath(List.of(tokens), index, peer, NOW);
    }

    private static Facts path(String... tokens) {
        return path(0, null, tokens);
    }

    @Test
    void tokens_valid_wants_every_token_to_be_one() {
        assertThat(check(Rule.TOKENS_VALID, path(token("a", "b"), token("b", "a")))
                        .allowed())
                .isTrue();
        assertThat(check(Rule.TOKENS_VALID, path()).allowed()).isTrue();
        assertThat(check(Rule.TOKENS_VALID, path(token("a", "b"), "")))
                .isEqualTo(new Verdict("tokens_valid", false, "token of segment 1: none (expected: a JWT)"));
        assertThat(check(Rule.TOKENS_VALID, path("x")).reason()).doesNotContain("\"x\"");
    }

    @Test
    void tokens_chained_wants_each_token_to_be_meant_for_the_next_subject() {
        assertThat(check(Rule.TOKENS_CHAINED, path(token("a", "x,b"), token("b", "c"), token("c", "b")))
                        .allowed())
                .isTrue();
        assertThat(check(Rule.TOKENS_CHAINED, path(token("a", ""))).allowed()).isTrue();
        assertThat(check(Rule.TOKENS_CHAINED, path(token("a", "b"), token("c", "a"))))
                .isEqualTo(new Verdict(
                        "tokens_chained",
                        false,
                        "audience of the token of segment 0: [b] (expected: c, the subject of the next)"));
        assertThat(check(Rule.TOKENS_CHAINED, path(token("a", ""), token("b", "a")))
                        .allowed())
                .isFalse();
    }

    @Test
    void tokens_expired_wants_every_token_to_end_later_than_now() {
        assertThat(check(Rule.TOKENS_EXPIRED, path(token("a", "b"))).allowed()).isTrue();
        var ends = PlainTokens.token("a", "b", NOW.toString(), "peer");
        assertThat(check(Rule.TOKENS_EXPIRED, path(token("a", "b"), ends)).allowed())
                .isFalse();
        var endless = PlainTokens.token("a", "b", "", "peer");
        assertThat(check(Rule.TOKENS_EXPIRED, path(endless)).allowed()).isFalse();
    }

    @Test
    void prev_token_signed_wants_the_peers_signature_under_the_token_before_ours() {
        var foreign = PlainTokens.token("a", "b", LATER, "stranger");
        assertThat(check(Rule.PREV_TOKEN_SIGNED, path(1, PlainTokens.PEER, token("a", "b"), foreign))
                        .allowed())
                .isTrue();
        assertThat(check(Rule.PREV_TOKEN_SIGNED, path(1, PlainTokens.PEER, foreign, token("b", "a")))
                        .allowed())
                .isFalse();
        assertThat(check(Rule.PREV_TOKEN_SIGNED, path(0, PlainTokens.PEER, token("a", "b")))
                        .allowed())
                .isFalse();
        assertThat(check(Rule.PREV_TOKEN_SIGNED, path(1, null, token("a", "b"), foreign))
                        .allowed())
                .isFalse();
    }

    @Test
    void next_token_signed_wants_the_peers_signature_under_the_token_after_ours() {
        var foreign = PlainTokens.token("a", "b", LATER, "stranger");
        assertThat(check(Rule.NEXT_TOKEN_SIGNED, path(0, PlainTokens.PEER, foreign, token("b", "a")))
                        .allowed())
                .isTrue();
        assertThat(check(Rule.NEXT_TOKEN_SIGNED, path(0, PlainTokens.PEER, token("a", "b"), foreign))
                        .allowed())
                .isFalse();
        assertThat(check(Rule.NEXT_TOKEN_SIGNED, path(0, PlainTokens.PEER, token("a", "b")))
                        .allowed())
                .isFalse();
    }

    @Test
    void client_allowed_lets_the_owner_alone_at_a_registered_name() {
        var asks = path(1, PlainTokens.PEER, token("owner", "b"), token("b", "owner"));
        var free = new Facts.Resource("endpoint", "gw", Optional.empty());
        var owned = new Facts.Resource("endpoint", "gw", Optional.of(List.of("owner", "b")));
        var taken = new Facts.Resource("endpoint", "gw", Optional.of(List.of("other", "b")));
        assertThat(check(Rule.CLIENT_ALLOWED, asks.about(free)).allowed()).isTrue();
        assertThat(check(Rule.CLIENT_ALLOWED, asks.about(owned)).allowed()).isTrue();
        assertThat(check(Rule.CLIENT_ALLOWED, asks.about(taken)))
                .isEqualTo(new Verdict(
                        "client_allowed", false, "owner of endpoint gw: other (expected: owner, who asks)"));
        assertThat(check(Rule.CLIENT_ALLOWED, asks).allowed()).isFalse();
    }

    @Test
    void service_connection_wants_one_watched_connection_to_be_the_callers_own() {
        var facts = path();
        assertThat(check(Rule.SERVICE_CONNECTION, facts.watching(new Facts.Monitored(Set.of("1", "2"), Set.of("2"))))
                        .allowed())
                .isTrue();
        assertThat(check(Rule.SERVICE_CONNECTION, facts.watching(new Facts.Monitored(Set.of("1"), Set.of("2"))))
                        .allowed())
                .isFalse();
        assertThat(check(Rule.SERVICE_CONNECTION, facts.watching(new Facts.Monitored(Set.of("1"), Set.of())))
                        .allowed())
                .isFalse();
    }

    @Test
    void a_token_of_the_peer_speaks_for_the_peer_itself() {
        var own = PlainTokens.token("peer", "b", LATER, "peer");
        var others = PlainTokens.token("victim", "b", LATER, "peer");
        assertThat(check(Rule.PREV_TOKEN_OF_PEER, path(1, PlainTokens.PEER, own, token("b", "peer")))
                        .allowed())
                .isTrue();
        assertThat(check(Rule.PREV_TOKEN_OF_PEER, path(1, PlainTokens.PEER, others, token("b", "peer"))))
                .isEqualTo(new Verdict(
                        "prev_token_of_peer",
                        false,
                        "subject of the token of segment 0: victim (expected: peer, who sent it)"));
        assertThat(check(Rule.PREV_TOKEN_OF_PEER, path(0, PlainTokens.PEER, own))
                        .allowed())
                .isFalse();
        assertThat(check(Rule.NEXT_TOKEN_OF_PEER, path(0, PlainTokens.PEER, token("a", "b"), own))
                        .allowed())
                .isTrue();
        assertThat(check(Rule.NEXT_TOKEN_OF_PEER, path(0, PlainTokens.PEER, token("a", "b"), others))
                        .allowed())
                .isFalse();
    }

    @Test
    void path_proved_lets_what_shows_nothing_pass_and_path_shown_does_not() {
        var proved = PlainTokens.token("a", "b", LATER, "a");
        var unshown = PlainTokens.token("b", "c", LATER, "unknown");
        var forged = PlainTokens.token("a", "b", LATER, "c");
        assertThat(check(Rule.PATH_PROVED, path(2, PlainTokens.PEER, proved, unshown, forged))
                        .allowed())
                .as("our own token, the last, is not asked")
                .isTrue();
        assertThat(check(Rule.PATH_PROVED, path(1, PlainTokens.PEER, forged, proved)))
                .isEqualTo(new Verdict(
                        "path_proved",
                        false,
                        "token of segment 0: signed by c (expected: the signature of its subject, a)"));
        assertThat(check(Rule.PATH_SHOWN, path(2, PlainTokens.PEER, proved, unshown, forged))
                        .reason())
                .startsWith("token of segment 1 of b: shows no certificates");
    }
}
