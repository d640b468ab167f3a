package org.nsm4j.functions.vpn;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.nsm4j.core.model.Refused;

class WireguardConfigFuzzTest {
    @FuzzTest
    void any_text_is_a_wireguard_configuration_or_refused_as_invalid(byte[] bytes) {
        try {
            WireguardConfig.parse(new String(bytes, StandardCharsets.UTF_8));
        } catch (Refused e) {
            assertThat(e.reason()).isEqualTo(Refused.Reason.INVALID);
        }
    }
}
