package org.nsm4j.identity.attest;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.nsm4j.core.model.Refused;

class RulesFuzzTest {
    @FuzzTest
    void any_text_is_a_file_of_identity_rules_or_refused_as_invalid(byte[] bytes) {
        try {
            new RuleParser("identity.yaml").parse(new String(bytes, StandardCharsets.UTF_8));
        } catch (Refused e) {
            assertThat(e.reason()).isEqualTo(Refused.Reason.INVALID);
        }
    }
}
