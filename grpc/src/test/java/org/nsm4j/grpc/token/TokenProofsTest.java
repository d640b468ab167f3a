package org.nsm4j.grpc.token;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.util.Base64;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.core.policy.TokenVerifier.Proof;
import org.nsm4j.grpc.TestAuthority;
import org.nsm4j.grpc.TestIdentity;
import org.nsm4j.grpc.spiffe.Identity;
import org.nsm4j.grpc.spiffe.SpiffeTrust;
import org.nsm4j.grpc.spiffe.Svid;

/** What a hop far behind can tell of a token that others handed on. */
class TokenProofsTest {
    private static final SpiffeId NEXT = SpiffeId.parse("spiffe://nsm.local/manager");

    private final TestAuthority authority = new TestAuthority("nsm.local");
    private final TestIdentity client = new TestIdentity(authority.identity("/client"));
    private final TestIdentity far = new TestIdentity(authority.identity("/endpoint"));
    private final TokenReader reader = new TokenReader(new SpiffeTrust(far));
    private final Instant now = Instant.now();

    private JwtTokens tokens(TestIdentity identity) {
        return new JwtTokens(identity, JwtTokens.LIFETIME, () -> now);
    }

    private static String signed(Svid by, Svid shown, String subject)
            throws JOSEException, CertificateEncodingException {
        var chain = new ArrayList<Base64>();
        for (var each : shown.chain()) {
            chain.add(Base64.encode(each.getEncoded()));
        }
        var header =
                new JWSHeader.Builder(JWSAlgorithm.ES256).x509CertChain(chain).build();
        var claims = Map.<String, Object>of(
                "sub",
                subject,
                "aud",
                List.of(NEXT.toString()),
                "exp",
                Instant.now().getEpochSecond() + 600);
        var object = new JWSObject(header, new Payload(claims));
        object.sign(new ECDSASigner(by.key(), Curve.P_256));
        return object.serialize();
    }

    @Test
    void a_token_proves_whose_it_is_to_a_hop_that_never_met_its_subject() {
        var token = tokens(client).mint(NEXT).value();
        assertThat(reader.proof(token, now)).isEqualTo(Proof.PROVED);
        assertThat(reader.proof(token, now)).isEqualTo(Proof.PROVED);
    }

    @Test
    void a_token_still_proves_it_after_its_subject_got_a_new_key() {
        var token = tokens(client).mint(NEXT).value();
        client.rotate(authority.identity("/client"));
        assertThat(reader.proof(token, now)).isEqualTo(Proof.PROVED);
        assertThat(reader.proof(tokens(client).mint(NEXT).value(), now)).isEqualTo(Proof.PROVED);
    }

    @Test
    void a_token_that_shows_nothing_is_as_good_as_upstreams() {
        var plain = new JwtTokens(client, JwtTokens.LIFETIME, () -> now, false).mint(NEXT);
        assertThat(reader.proof(plain.value(), now)).isEqualTo(Proof.UNSHOWN);
    }

    @Test
    void a_token_in_the_name_of_another_is_broken() throws Exception {
        var own = client.current().svid();
        var forged = signed(own, own, "spiffe://nsm.local/victim");
        assertThat(reader.proof(forged, now))
                .isEqualTo(Proof.broken("shows the certificates of spiffe://nsm.local/client"));
    }

    @Test
    void a_token_that_shows_the_certificates_of_its_subject_but_has_another_signature_is_broken() throws Exception {
        var victim = authority.svid("/victim");
        var forged = signed(client.current().svid(), victim, "spiffe://nsm.local/victim");
        assertThat(reader.proof(forged, now))
                .isEqualTo(Proof.broken("not signed by the key of the certificates that it shows"));
    }

    @Test
    void certificates_of_an_authority_that_nobody_trusts_are_broken() throws Exception {
        var rogue = new TestAuthority("nsm.local").svid("/client");
        assertThat(reader.proof(signed(rogue, rogue, "spiffe://nsm.local/client"), now)
                        .why())
                .contains("not trusted")
                .contains("expected: a valid chain to the bundle of nsm.local");
    }

    @Test
    void certificates_of_another_trust_domain_are_broken_until_its_bundle_is_there() throws Exception {
        var abroad = new TestAuthority("abroad.example");
        var svid = abroad.svid("/client");
        var token = signed(svid, svid, "spiffe://abroad.example/client");
        assertThat(reader.proof(token, now).why()).contains("trust domain abroad.example is not trusted");
        far.rotate(new Identity(
                far.current().svid(),
                Map.of(
                        "nsm.local", authority.bundles().get("nsm.local"),
                        "abroad.example", abroad.bundles().get("abroad.example"))));
        assertThat(reader.proof(token, now)).isEqualTo(Proof.PROVED);
    }

    @Test
    void a_bundle_of_one_domain_does_not_vouch_for_another() throws Exception {
        var abroad = new TestAuthority("abroad.example");
        far.rotate(new Identity(
                far.current().svid(),
                Map.of(
                        "nsm.local", authority.bundles().get("nsm.local"),
                        "abroad.example", abroad.bundles().get("abroad.example"))));
        var confused = abroad.svid(Instant.now().plus(Duration.ofHours(1)), "spiffe://nsm.local/client");
        assertThat(reader.proof(signed(confused, confused, "spiffe://nsm.local/client"), now)
                        .why())
                .contains("not trusted");
    }

    @Test
    void what_was_proved_ends_with_the_certificate_and_with_the_bundle() {
        var token = tokens(client).mint(NEXT).value();
        assertThat(reader.proof(token, now)).isEqualTo(Proof.PROVED);
        assertThat(reader.proof(token, now.plus(Duration.ofHours(2))).why()).contains("not trusted");
        far.rotate(new TestAuthority("nsm.local").identity("/endpoint"));
        reader.forget();
        assertThat(reader.proof(token, now).why()).contains("not trusted");
    }

    @Test
    void another_algorithm_is_broken_whatever_it_shows() throws Exception {
        var header = new JWSHeader.Builder(JWSAlgorithm.HS256).build();
        var object = new JWSObject(header, new Payload(Map.<String, Object>of("sub", "spiffe://nsm.local/client")));
        object.sign(new MACSigner(new byte[32]));
        assertThat(reader.proof(object.serialize(), now))
                .isEqualTo(Proof.broken("signed by another algorithm than ES256"));
        assertThat(reader.proof("eyJhbGciOiJub25lIn0.e30.", now)).isEqualTo(Proof.broken("not readable"));
    }
}
