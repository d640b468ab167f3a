package org.nsm4j.grpc.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nsm4j.core.model.Refused;
import org.nsm4j.grpc.Sides;

@Timeout(60)
class HealthTest {
    private final Sides sides = new Sides();
    private final AtomicBoolean ready = new AtomicBoolean();

    @AfterEach
    void end() throws Exception {
        sides.close();
    }

    private HealthGrpc.HealthBlockingStub health() {
        var url = sides.serve(sides.plain().watch((_, _, _) -> () -> {}).ready(ready::get));
        return HealthGrpc.newBlockingStub(sides.plainClient().channel(url));
    }

    private static HealthCheckRequest of(String name) {
        return HealthCheckRequest.newBuilder().setService(name).build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "liveness", "connection.MonitorConnection"})
    void what_depends_on_nobody_else_serves_from_the_start(String name) {
        assertThat(health().check(of(name)).getStatus()).isEqualTo(ServingStatus.SERVING);
    }

    @Test
    void readiness_is_asked_each_time() {
        var health = health();
        assertThat(health.check(of("readiness")).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
        ready.set(true);
        assertThat(health.check(of("readiness")).getStatus()).isEqualTo(ServingStatus.SERVING);
    }

    @Test
    void a_service_that_is_not_served_here_is_not_found() {
        assertThatThrownBy(() -> health().check(of("networkservice.NetworkService")))
                .hasMessageContaining("NOT_FOUND");
    }

    @Test
    void a_watch_tells_the_present_status_and_each_change() {
        var answers = health().watch(of("readiness"));
        assertThat(answers.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
        ready.set(true);
        assertThat(answers.next().getStatus()).isEqualTo(ServingStatus.SERVING);
    }

    @Test
    void two_servers_at_one_place_are_refused_and_nothing_of_the_second_stays() {
        var url = sides.serve(sides.plain());
        var other = sides.unix();
        assertThatThrownBy(() -> sides.plain().listen(java.util.List.of(other, url)))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.CONFLICT));
        assertThat(java.nio.file.Path.of(other.rest())).doesNotExist();
    }
}
