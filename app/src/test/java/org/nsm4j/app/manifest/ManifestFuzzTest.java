package org.nsm4j.app.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

class ManifestFuzzTest {
    @FuzzTest
    void any_text_is_a_manifest_or_has_a_problem_that_is_named(byte[] bytes) {
        try {
            ManifestReader.read("x.yaml", new String(bytes, StandardCharsets.UTF_8));
        } catch (BadManifest e) {
            assertThat(e.problems()).isNotEmpty().allMatch(problem -> problem.startsWith("x.yaml"));
        }
    }
}
