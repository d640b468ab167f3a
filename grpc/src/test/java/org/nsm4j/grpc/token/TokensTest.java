package org.nsm4j.grpc.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.grpc.TestAuthority;
import org.nsm4j.grpc.TestIdentity;
import org.nsm4j.grpc.spiffe.Identity;

class TokensTest {
    private static final SpiffeId MANAGER = SpiffeId.parse("spiffe://nsm.local/manager");
    private final TestAuthority authority = new TestAuthority("nsm.local");
    private final TestIdentity identity = new TestIdentity(authority.identity("/client"));
    private Instant now = Instant.now();
    private final JwtTokens tokens = new JwtTokens(identity, JwtTokens.LIFETIME, () -> now);
    private final TokenReader reader = new TokenReader();

    private static String part(String token, int at) {
        return new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[at]), UTF_8);
    }

    @Test
    void a_token_without_certificates_is_upstreams_to_the_letter() throws ParseException {
        now = Instant.ofEpochSecond(now.getEpochSecond());
        var token = new JwtTokens(identity, JwtTokens.LIFETIME, () -> now, false).mint(MANAGER);
        assertThat(part(token.value(), 0))
                .isIn("{\"alg\":\"ES256\",\"typ\":\"JWT\"}", "{\"typ\":\"JWT\",\"alg\":\"ES256\"}");
        assertThat(JSONObjectUtils.parse(part(token.value(), 1)))
                .isEqualTo(Map.of(
                        "sub", "spiffe://nsm.local/client",
                        "aud", List.of("spiffe://nsm.local/manager"),
                        "exp", now.plusSeconds(600).getEpochSecond()));
        assertThat(token.expires()).isEqualTo(now.plusSeconds(600));
    }

    @Test
    void a_token_shows_the_certificates_by_which_any_hop_can_check_it() throws ParseException {
        var header = JSONObjectUtils.parse(part(tokens.mint(MANAGER).value(), 0));
        assertThat(header)
                .containsEntry("alg", "ES256")
                .containsEntry("typ", "JWT")
                .hasSize(3);
        assertThat(header.get("x5c")).asInstanceOf(LIST).hasSize(1);
    }

    @Test
    void a_peer_without_identity_gets_a_token_without_audience() {
        assertThat(part(tokens.mint(null).value(), 1)).doesNotContain("aud");
    }

    @Test
    void a_token_is_used_again_for_its_audience_until_half_of_its_life() {
        var first = tokens.mint(MANAGER);
        assertThat(tokens.mint(null)).isNotEqualTo(first);
        now = now.plus(Duration.ofMinutes(4));
        assertThat(tokens.mint(MANAGER)).isSameAs(first);
        now = now.plus(Duration.ofMinutes(2));
        assertThat(tokens.mint(MANAGER)).isNotEqualTo(first);
    }

    @Test
    void a_new_identity_signs_anew() {
        var first = tokens.mint(MANAGER);
        identity.rotate(authority.identity("/client"));
        var second = tokens.mint(MANAGER);
        assertThat(second).isNotEqualTo(first);
        assertThat(reader.signedBy(second.value(), identity.current().svid().leaf()))
                .isTrue();
    }

    @Test
    void a_token_ends_with_the_certificate() {
        var end = Instant.ofEpochSecond(now.getEpochSecond() + 100);
        identity.rotate(new Identity(authority.svid(end, "spiffe://nsm.local/client"), authority.bundles()));
        assertThat(tokens.mint(MANAGER).expires()).isEqualTo(end);
    }

    @Test
    void a_signature_of_another_key_is_not_taken_also_not_from_memory() {
        var token = tokens.mint(MANAGER).value();
        var stranger = authority.svid("/stranger").leaf();
        var signer = identity.current().svid().leaf();
        for (int i = 0; i < 2; i++) {
            assertThat(reader.signedBy(token, signer)).isTrue();
            assertThat(reader.signedBy(token, stranger)).isFalse();
        }
        reader.forget();
        assertThat(reader.signedBy(token, signer)).isTrue();
    }

    @Test
    void a_changed_claim_breaks_the_signature() {
        var parts = tokens.mint(MANAGER).value().split("\\.", -1);
        var changed = part(String.join(".", parts), 1).replace("client", "admin1");
        var forged = parts[0] + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(changed.getBytes(UTF_8))
                + "." + parts[2];
        assertThat(reader.of(forged)).contains(SpiffeId.parse("spiffe://nsm.local/admin1"));
        assertThat(reader.signedBy(forged, identity.current().svid().leaf())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a.b.c", "..", "e30.e30.", "eyJhbGciOiJub25lIn0.e30."})
    void what_is_no_signed_token_is_refused(String text) {
        assertThatThrownBy(() -> reader.read(text)).isInstanceOf(Refused.class);
        assertThat(reader.signedBy(text, identity.current().svid().leaf())).isFalse();
        assertThat(reader.of(text)).isEmpty();
    }

    @Test
    void deep_nesting_and_great_length_are_refused() {
        var deep = "{\"a\":".repeat(2_000) + "1" + "}".repeat(2_000);
        var encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(deep.getBytes(UTF_8));
        assertThatThrownBy(() -> reader.read("eyJhbGciOiJFUzI1NiJ9." + encoded + ".AAAA"))
                .isInstanceOf(Refused.class);
        assertThatThrownBy(() -> reader.read("x".repeat(1_000_000))).isInstanceOf(Refused.class);
        assertThat(reader.signedBy(
                        "x".repeat(1_000_000), identity.current().svid().leaf()))
                .isFalse();
    }

    @Test
    void garbage_is_refused_and_never_anything_worse() {
        var whole = tokens.mint(MANAGER).value();
        var random = new Random(7);
        for (int i = 0; i < 5_000; i++) {
            var text = new StringBuilder(whole);
            text.setCharAt(random.nextInt(text.length()), (char) (0x20 + random.nextInt(0x5f)));
            try {
                reader.read(text.toString());
            } catch (Refused e) {
                assertThat(e.reason()).isEqualTo(Refused.Reason.INVALID);
            }
        }
    }
}
