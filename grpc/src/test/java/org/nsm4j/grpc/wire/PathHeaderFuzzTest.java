package org.nsm4j.grpc.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.nsm4j.core.model.Refused;

class PathHeaderFuzzTest {
    @FuzzTest
    void any_header_is_a_path_that_comes_back_as_it_was_or_is_refused_as_invalid(byte[] bytes) {
        try {
            var path = PathHeader.read(new String(bytes, StandardCharsets.UTF_8));
            assertThat(PathHeader.read(PathHeader.write(path))).isEqualTo(path);
        } catch (Refused e) {
            assertThat(e.reason()).isEqualTo(Refused.Reason.INVALID);
        }
    }
}
