package org.nsm4j.grpc.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nsm4j.core.model.Refused;

class RefusalMappingTest {
    @ParameterizedTest
    @EnumSource(Refused.Reason.class)
    void every_reason_survives_between_our_own_hops(Refused.Reason reason) {
        var status = RefusalMapping.toStatus(Refused.by("manager ä/1", reason, "prefix: x (expected: y)"));
        var back = RefusalMapping.toRefused(status.getStatus(), status.getTrailers(), "ask somebody");
        assertThat(back.reason()).isEqualTo(reason);
        assertThat(back.hop()).contains("manager ä/1");
        assertThat(back.sentence()).isEqualTo("prefix: x (expected: y)");
    }

    @Test
    void an_error_of_upstream_is_read_by_its_code_and_says_what_failed() {
        var denied = RefusalMapping.toRefused(
                Status.PERMISSION_DENIED.withDescription("no sufficient privileges"), new Metadata(), "ask unix:///s");
        assertThat(denied.reason()).isEqualTo(Refused.Reason.NOT_AUTHORIZED);
        assertThat(denied).hasMessage("cannot ask unix:///s: no sufficient privileges");
        var plain = RefusalMapping.toRefused(Status.UNKNOWN.withDescription("not found"), null, "ask tcp://a:1");
        assertThat(plain.reason()).isEqualTo(Refused.Reason.INTERNAL);
        assertThat(plain.hop()).isEmpty();
    }

    @Test
    void a_reason_that_this_version_does_not_know_falls_back_to_the_code() {
        var trailers = new Metadata();
        trailers.put(Headers.text("nsm-refused-reason"), "BAD_MOOD");
        assertThat(RefusalMapping.toRefused(Status.NOT_FOUND, trailers, "ask").reason())
                .isEqualTo(Refused.Reason.NOT_FOUND);
    }

    @Test
    void a_sentence_never_outgrows_a_header_block() {
        var status = RefusalMapping.toStatus(new Refused(Refused.Reason.INVALID, "x".repeat(100_000)));
        assertThat(status.getStatus().getDescription()).hasSize(3072);
    }
}
