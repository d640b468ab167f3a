package org.nsm4j.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nsm4j.app.config.SettingsTest.MANAGER;
import static org.nsm4j.app.config.SettingsTest.TEN_MINUTES;
import static org.nsm4j.app.config.SettingsTest.bind;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.Url;

/** Every setting of {@code nsm client}. */
class ClientSettingsTest {
    @Test
    void each_with_its_default_and_with_a_value() {
        assertThat(bind(ClientSettings.class))
                .isEqualTo(new ClientSettings(
                        "nsc",
                        MANAGER,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(15),
                        TEN_MINUTES,
                        List.of(),
                        List.of(),
                        Map.of(),
                        true,
                        Duration.ofMillis(200),
                        Duration.ofSeconds(1),
                        false,
                        Duration.ofMinutes(5),
                        Optional.empty(),
                        LogLevel.INFO));
        assertThat(bind(
                        ClientSettings.class,
                        "NSM_NAME=pod-1",
                        "NSM_CONNECT_TO=unix:///m",
                        "NSM_DIAL_TIMEOUT=1s",
                        "NSM_REQUEST_TIMEOUT=2s",
                        "NSM_MAX_TOKEN_LIFETIME=-1m",
                        "NSM_NETWORK_SERVICES=kernel://a/nsm-1, kernel://b/nsm-2?x=y",
                        "NSM_AWARENESS_GROUPS=[kernel://a, kernel://b/nsm-2?x=y],[kernel://c]",
                        "NSM_LABELS=app:x,zone=b",
                        "NSM_LIVENESS_CHECK_ENABLED=F",
                        "NSM_LIVENESS_CHECK_INTERVAL=1.5s",
                        "NSM_LIVENESS_CHECK_TIMEOUT=3s",
                        "NSM_INIT=1",
                        "NSM_INIT_TIMEOUT=0",
                        "SPIFFE_ENDPOINT_SOCKET=unix:///s",
                        "NSM_LOG_LEVEL=WARN"))
                .isEqualTo(new ClientSettings(
                        "pod-1",
                        Url.parse("unix:///m"),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofMinutes(-1),
                        List.of("kernel://a/nsm-1", "kernel://b/nsm-2?x=y"),
                        List.of(
                                List.of(ConnectUrl.parse("kernel://a"), ConnectUrl.parse("kernel://b/nsm-2?x=y")),
                                List.of(ConnectUrl.parse("kernel://c"))),
                        Map.of("app", "x", "zone", "b"),
                        false,
                        Duration.ofMillis(1500),
                        Duration.ofSeconds(3),
                        true,
                        Duration.ZERO,
                        Optional.of(Url.parse("unix:///s")),
                        LogLevel.WARN));
    }
}
