package org.nsm4j.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectUrlTest {
    @Test
    void reads_mechanism_service_interface_and_labels() {
        var url = ConnectUrl.parse("kernel://my-vl3@my.cluster1/nsm-1?app=mail&tier=a&tier=b%2Fc+d");
        assertThat(url.mechanism()).isEqualTo(new Mechanism.Kernel(Map.of("name", "nsm-1")));
        assertThat(url.service()).isEqualTo("my-vl3@my.cluster1");
        assertThat(url.labels()).isEqualTo(Map.of("app", "mail", "tier", "a,b/c d"));
    }

    @Test
    void asks_for_no_name_where_none_is_given() {
        assertThat(ConnectUrl.parse("memif://svc-1.2").mechanism()).isEqualTo(new Mechanism.Memif(Map.of()));
        assertThat(ConnectUrl.parse("vfio://my_svc?sriovToken=worker.domain/10G")
                        .labels())
                .isEqualTo(Map.of("sriovToken", "worker.domain/10G"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kernel://vpn", "kernel://vpn@acme.example/nsm-0", "kernel://vpn/if0?a=b&c=d%26e"})
    void writes_itself_as_it_was_read(String text) {
        assertThat(ConnectUrl.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "kernal://vpn | mechanism: \"kernal\" (expected: kernel, memif, vfio, noop; did you mean \"kernel\"?)",
                "vpn/if-vpn | url: \"vpn/if-vpn\" (expected: MECHANISM://SERVICE[/INTERFACE][?LABEL=VALUE], such as kernel://vpn/if-vpn)",
                "kernel://vpn/ | interface name: \"\" (expected: 1–15 bytes, this has 0)",
                "kernel://vpn/sixteen-letters- | interface name: \"sixteen-letters-\" (expected: 1–15 bytes, this has 16)",
                "kernel://vpn/lo | interface name: \"lo\" (expected: a name that the workload does not use itself, such as nsm-0 or vpn0)",
                "kernel://vpn/eth0 | interface name: \"eth0\" (expected: a name that the workload does not use itself, such as nsm-0 or vpn0)",
                "kernel://vpn/../x | interface name: \"../x\" (expected: printable ASCII without / : % and spaces, no dash first, not . or ..)",
                "kernel://vpn/%2e%2e | interface name: \"..\" (expected: printable ASCII without / : % and spaces, no dash first, not . or ..)",
                "kernel://vpn/-x | interface name: \"-x\" (expected: printable ASCII without / : % and spaces, no dash first, not . or ..)",
                "kernel://vpn/a%20b | interface name: \"a b\" (expected: printable ASCII without / : % and spaces, no dash first, not . or ..)",
                "kernel://vpn/a%2 | url part: \"a%2\" (expected: % followed by two hexadecimal digits)",
                "kernel://vpn?=x | label: \"=x\" (expected: NAME=VALUE)",
            })
    void names_the_mistake_and_the_cure(String text, String expected) {
        assertThatThrownBy(() -> ConnectUrl.parse(text))
                .isInstanceOf(Refused.class)
                .hasMessage(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "://vpn",
                "kernel://",
                "kernel:///nsm-1",
                "kernel://vpn:80",
                "kernel://@domain",
                "kernel://a@b@c",
                "kernel://vpn nsm",
                "kernel://vpn/a:b",
                "kernel://vpn#x",
                "kernel://-a",
                "kernel://vpn/\u00e9"
            })
    void refuses_what_is_no_connect_url(String text) {
        assertThatThrownBy(() -> ConnectUrl.parse(text))
                .isInstanceOf(Refused.class)
                .extracting(e -> ((Refused) e).reason())
                .isEqualTo(Refused.Reason.INVALID);
    }
}
