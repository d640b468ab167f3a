package org.nsm4j.grpc.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.registry.TokenPath;

class PathHeaderTest {
    @Test
    void is_written_as_upstream_writes_it() {
        assertThat(PathHeader.write(new TokenPath(1, List.of("a.b.c", "d.e.f"))))
                .isEqualTo("{\"Index\":1,\"PathSegments\":[{\"token\":\"a.b.c\"},{\"token\":\"d.e.f\"}]}");
    }

    @Test
    void a_path_without_segments_may_be_null_or_absent() {
        assertThat(PathHeader.read("{\"Index\":0,\"PathSegments\":null}")).isEqualTo(TokenPath.EMPTY);
        assertThat(PathHeader.read("{}")).isEqualTo(TokenPath.EMPTY);
    }

    @Test
    void names_are_read_in_any_case_and_what_is_unknown_is_skipped() {
        assertThat(PathHeader.read("{\"index\":1,\"more\":[[]],\"pathsegments\":[{\"Token\":\"t\",\"id\":7},{}]}"))
                .isEqualTo(new TokenPath(1, List.of("t", "")));
    }

    @Test
    void the_last_of_several_headers_counts() {
        var headers = new Metadata();
        PathHeader.put(headers, TokenPath.EMPTY);
        PathHeader.put(headers, new TokenPath(0, List.of("last")));
        assertThat(PathHeader.in(headers)).contains(new TokenPath(0, List.of("last")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "nonsense",
                "{\"Index\":-1}",
                "{\"Index\":1.5}",
                "{\"Index\":99999999999999999999}",
                "{\"Index\":\"1\"}",
                "{\"PathSegments\":{}}",
                "{\"PathSegments\":[7]}",
                "{\"PathSegments\":[{\"token\":7}]}"
            })
    void what_is_no_path_is_refused(String text) {
        assertThatThrownBy(() -> PathHeader.read(text))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.INVALID));
    }

    @Test
    void deep_nesting_is_refused() {
        assertThatThrownBy(() -> PathHeader.read("{\"PathSegments\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}"))
                .isInstanceOf(Refused.class);
        assertThatThrownBy(() -> PathHeader.read("{\"a\":".repeat(10_000))).isInstanceOf(Refused.class);
    }

    @Test
    void garbage_is_refused_and_never_anything_worse() {
        var random = new Random(7);
        var whole = PathHeader.write(new TokenPath(1, List.of("a.b.c", "d.e.f")));
        for (int i = 0; i < 10_000; i++) {
            var text = new StringBuilder(whole);
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                text.setCharAt(random.nextInt(text.length()), (char) (0x20 + random.nextInt(0x5f)));
            }
            try {
                assertThat(PathHeader.read(text.toString()).tokens()).hasSizeLessThanOrEqualTo(64);
            } catch (Refused e) {
                assertThat(e.reason()).isEqualTo(Refused.Reason.INVALID);
            }
        }
    }
}
