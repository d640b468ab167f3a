package org.nsm4j.grpc.token;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.policy.TokenVerifier.Proof;
import org.nsm4j.grpc.TestAuthority;
import org.nsm4j.grpc.TestIdentity;
import org.nsm4j.grpc.spiffe.SpiffeTrust;

class TokenFuzzTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("nsm.local");
    private static final TestIdentity IDENTITY = new TestIdentity(AUTHORITY.identity("/client"));
    private static final TokenReader READER = new TokenReader(new SpiffeTrust(IDENTITY));

    @FuzzTest
    void no_text_is_a_signed_token_that_was_not_signed(byte[] bytes) {
        var text = new String(bytes, StandardCharsets.ISO_8859_1);
        try {
            READER.read(text);
        } catch (Refused e) {
            assertThat(e.reason()).isEqualTo(Refused.Reason.INVALID);
        }
        READER.of(text);
        assertThat(READER.proof(text, Instant.EPOCH).kind()).isNotEqualTo(Proof.Kind.PROVED);
        assertThat(READER.signedBy(text, IDENTITY.current().svid().leaf())).isFalse();
    }
}
