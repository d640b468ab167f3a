package org.nsm4j.grpc.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Caller;

class HeadersTest {
    private static final Metadata.Key<String> TOKEN = Headers.text("nsm-client-token");
    private static final Metadata.Key<String> EXPIRES = Headers.text("nsm-client-token-expires");

    @Test
    void a_token_survives() {
        var token = new Caller.Token("a.b.c", Instant.parse("2026-04-07T10:14:14.123456789Z"));
        var headers = new Metadata();
        Headers.put(headers, token);
        assertThat(Headers.token(headers)).isEqualTo(token);
    }

    @Test
    void an_expiry_may_have_any_offset() {
        var headers = new Metadata();
        headers.put(TOKEN, "a.b.c");
        headers.put(EXPIRES, "2026-04-07T12:14:14.1+02:00");
        assertThat(Headers.token(headers))
                .isEqualTo(new Caller.Token("a.b.c", Instant.parse("2026-04-07T10:14:14.1Z")));
    }

    @Test
    void a_header_that_comes_twice_counts_as_none() {
        var headers = new Metadata();
        headers.put(TOKEN, "a.b.c");
        headers.put(TOKEN, "d.e.f");
        headers.put(EXPIRES, "2026-04-07T10:14:14Z");
        assertThat(Headers.token(headers)).isNull();
    }

    @Test
    void an_unreadable_or_missing_expiry_counts_as_no_token() {
        var headers = new Metadata();
        headers.put(TOKEN, "a.b.c");
        assertThat(Headers.token(headers)).isNull();
        headers.put(EXPIRES, "soon");
        assertThat(Headers.token(headers)).isNull();
    }

    @Test
    void without_an_identity_no_token_is_sent() {
        var headers = new Metadata();
        Headers.put(headers, new Caller.Token("", Instant.MAX));
        assertThat(headers.keys()).isEmpty();
    }
}
