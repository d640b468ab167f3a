package org.nsm4j.grpc.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.nsm4j.grpc.TestAuthority;

class LinkTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void a_connection_gives_way_before_its_certificates_end() {
        var leaf = new TestAuthority("nsm.local").svid("/client").leaf();
        var begin = leaf.getNotBefore().toInstant();
        var life = Duration.between(begin, leaf.getNotAfter().toInstant());
        assertThat(Link.freshUntil(leaf))
                .isBetween(
                        begin.plus(life.dividedBy(2)),
                        begin.plus(life.multipliedBy(4).dividedBy(5)));
        assertThat(Link.isStale(NOON, NOON.minusSeconds(60), NOON.plusSeconds(1)))
                .isFalse();
        assertThat(Link.isStale(NOON, NOON.minusSeconds(60), NOON.minusSeconds(1)))
                .isTrue();
    }

    @Test
    void a_late_renewal_does_not_open_a_connection_for_each_call() {
        assertThat(Link.isStale(NOON, NOON.minusSeconds(10), NOON.minusSeconds(1)))
                .isFalse();
    }

    @Test
    void the_pause_after_failures_grows_to_a_second() {
        assertThat(Link.pause(0)).isEqualTo(Duration.ofMillis(50));
        assertThat(Link.pause(1)).isEqualTo(Duration.ofMillis(100));
        assertThat(Link.pause(40)).isEqualTo(Duration.ofSeconds(1));
    }
}
