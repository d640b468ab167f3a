package org.nsm4j.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nsm4j.core.model.NearName;

class NotationTest {
    @ParameterizedTest
    @CsvSource({"10s,PT10S", "1m30s,PT1M30S", "750ms,PT0.75S", "1.5h,PT1H30M", "-1m,PT-1M", "0,PT0S", ".5s,PT0.5S"})
    void reads_durations_as_go_does_and_writes_them_back(String text, Duration expected) {
        assertThat(GoDuration.parse(text)).isEqualTo(expected);
        assertThat(GoDuration.parse(GoDuration.format(expected))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "10 s", "1d", "1m 30s", "--1s", "99999999999h"})
    void refuses_what_go_refuses_as_a_duration(String text) {
        assertThatThrownBy(() -> GoDuration.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void suggests_a_name_with_swapped_or_missing_letters_and_none_that_is_far() {
        var names = List.of("vpn-gateway", "firewall");
        assertThat(NearName.to("vpn-gatewya", names)).contains("vpn-gateway");
        assertThat(NearName.to("firewal", names)).contains("firewall");
        assertThat(NearName.to("router", names)).isEmpty();
    }

    @Test
    void reads_a_file_of_settings_with_lists_and_maps(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("nsm.yaml"), """
                name: a
                manager-port: 5001
                listen-on: [unix:///a, "tcp://:1"]
                labels: {p2p: true, zone: b}
                cidr-prefix: [[10.0.0.0/8, 2001:db8::/64], 172.16.0.0/12]
                """);
        assertThat(SettingsFile.read(file))
                .isEqualTo(Map.of(
                        "name",
                        "a",
                        "manager-port",
                        "5001",
                        "listen-on",
                        "unix:///a,tcp://:1",
                        "labels",
                        "p2p:true,zone:b",
                        "cidr-prefix",
                        "[10.0.0.0/8,2001:db8::/64],172.16.0.0/12"));
    }

    @Test
    void a_file_with_comments_alone_has_no_settings(@TempDir Path folder) throws IOException {
        assertThat(SettingsFile.read(Files.writeString(folder.resolve("nsm.yaml"), "# nothing yet\n")))
                .isEmpty();
    }

    @Test
    void refuses_a_file_that_is_no_map(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("nsm.yaml"), "- a\n");
        assertThatThrownBy(() -> SettingsFile.read(file))
                .isInstanceOf(BadSettings.class)
                .hasMessageContaining("expected: KEY: VALUE lines");
    }
}
