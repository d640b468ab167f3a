package org.nsm4j.app.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.nsm4j.app.config.HostPort;
import org.nsm4j.app.config.LogLevel;
import org.nsm4j.core.model.Refused;
import org.slf4j.LoggerFactory;

class ObserveTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private String log(LogLevel level, Runnable action) {
        Logging.start(level, out);
        action.run();
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void an_event_is_one_line_even_with_line_breaks_and_a_failure() {
        var log = LoggerFactory.getLogger("org.nsm4j.app.X");
        var text = log(LogLevel.INFO, () -> log.error("a\nb", new IllegalStateException("c\nd")));
        assertThat(text.lines()).hasSize(1);
        assertThat(text)
                .matches("(?s)\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z ERROR X: a\\\\nb failure=.*")
                .contains("at=\"org.nsm4j.app.observe.ObserveTest");
    }

    @Test
    void what_it_writes_to_stays_open_when_logging_starts_anew() {
        var closed = new AtomicBoolean();
        var stream = new FilterOutputStream(out) {
            @Override
            public void close() {
                closed.set(true);
            }
        };
        Logging.start(LogLevel.ERROR, stream);
        Logging.start(LogLevel.INFO, stream);
        assertThat(closed).isFalse();
        LoggerFactory.getLogger("org.nsm4j.app.X").info("still heard");
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("still heard");
    }

    @Test
    void tokens_and_keys_are_taken_out() {
        var log = LoggerFactory.getLogger("org.nsm4j.app.X");
        var text = log(
                LogLevel.INFO,
                () -> log.info("jwt eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl token=abcdefghijklmnopqrstuvwx "
                        + "key: xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg= "
                        + "-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY----- end"));
        assertThat(text)
                .contains("jwt [redacted] token=[redacted] key: [redacted] [redacted] end")
                .doesNotContain("eyJ", "abcdefgh", "xTIBA", "MIG");
    }

    @Test
    void libraries_that_log_elsewhere_come_through_the_same_lines() {
        var text = log(LogLevel.INFO, () -> {
            System.getLogger("org.nsm4j.system").log(System.Logger.Level.WARNING, "from the system logger");
            java.util.logging.Logger.getLogger("org.nsm4j.jul").info("from java.util.logging");
        });
        assertThat(text).contains("WARN  system: from the system logger").contains("INFO  jul: from java.util.logging");
    }

    @Test
    void the_level_can_be_changed_at_once() {
        var log = LoggerFactory.getLogger("org.nsm4j.app.X");
        var text = log(LogLevel.INFO, () -> {
            log.trace("before");
            Logging.setLevel(LogLevel.TRACE);
            log.trace("after");
            LoggerFactory.getLogger("io.netty.X").trace("a library");
        });
        assertThat(text).doesNotContain("before").contains("TRACE X: after").doesNotContain("a library");
    }

    @Test
    void serves_what_was_counted() throws IOException, InterruptedException {
        var metrics = new Metrics();
        metrics.answered("manager", "request", "done", Duration.ofMillis(3));
        metrics.answered("manager", "request", "NO_ADDRESS", Duration.ofMillis(3));
        metrics.kernelAnswered("add veth", "done", Duration.ofNanos(300_000));
        metrics.connections("manager", () -> 7);
        metrics.leases("address", () -> 8);
        metrics.registered("endpoint", () -> 9);
        metrics.certificate("node", () -> Instant.ofEpochSecond(1_800_000_000));
        metrics.includeJvm();
        try (var server = MetricsServer.start(metrics, new HostPort("127.0.0.1", 0));
                var client = HttpClient.newHttpClient()) {
            var base = "http://127.0.0.1:" + server.port();
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create(base + "/metrics")).build(), BodyHandlers.ofString());
            assertThat(answer.body())
                    .contains("nsm_requests_total{outcome=\"NO_ADDRESS\",role=\"manager\",verb=\"request\"} 1.0")
                    .contains("nsm_request_seconds_bucket{role=\"manager\",verb=\"request\",le=\"0.004\"} 2")
                    .contains("nsm_kernel_operations_total{operation=\"add veth\",outcome=\"done\"} 1.0")
                    .contains("nsm_connections{role=\"manager\"} 7.0")
                    .contains("nsm_leases{kind=\"address\"} 8.0")
                    .contains("nsm_registry_entries{kind=\"endpoint\"} 9.0")
                    .contains("nsm_certificate_expiry_timestamp_seconds{identity=\"node\"} 1.8E9")
                    .contains("jvm_memory_used_bytes");
            var elsewhere =
                    client.send(HttpRequest.newBuilder(URI.create(base + "/")).build(), BodyHandlers.discarding());
            assertThat(elsewhere.statusCode()).isEqualTo(404);
            assertThatThrownBy(() -> MetricsServer.start(metrics, new HostPort("127.0.0.1", server.port())))
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("expected: a free port");
        }
    }
}
