package org.nsm4j.functions.vpn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.wireguard.WireguardKey;

/** The reference of what a wg-quick file may say. */
class WireguardConfigTest {
    private static final String KEY = WireguardKey.generate().base64();
    private static final String PEER = WireguardKey.generate().publicKey().base64();
    private static final String OTHER = WireguardKey.generate().publicKey().base64();
    private static final String SHARED = WireguardKey.generate().base64();

    private static final String SMALLEST = """
            [Interface]
            PrivateKey = %s
            [Peer]
            PublicKey = %s
            AllowedIPs = 10.0.0.0/8
            """.formatted(KEY, PEER);

    @Test
    void reads_every_setting() {
        var config = WireguardConfig.parse("""
                # what the company's administrator mailed
                [interface]
                PrivateKey=%s   # ours
                listenport = 51820
                Address = 10.99.0.2/32, fd99::2/128
                Address = 10.98.0.2
                DNS = 10.20.0.53, corp.example, fd20::53,  sub.corp.example
                MTU = 1380

                [Peer]
                PublicKey = %s
                PresharedKey = %s
                Endpoint = [2001:db8::1]:51821
                AllowedIPs = 10.20.0.0/16
                AllowedIPs = fd20::/64, 10.30.0.7
                PersistentKeepalive = 15
                """.formatted(KEY, PEER, SHARED));
        var peer = config.tunnel().peers().getFirst();
        assertThat(config.tunnel().privateKey()).isEqualTo(WireguardKey.parse(KEY));
        assertThat(config.tunnel().listenPort()).isEqualTo(51820);
        assertThat(config.addresses()).hasToString("[10.99.0.2/32, fd99::2/128, 10.98.0.2/32]");
        assertThat(config.dns()).containsExactly(Cidr.parseAddress("10.20.0.53"), Cidr.parseAddress("fd20::53"));
        assertThat(config.searchDomains()).containsExactly("corp.example", "sub.corp.example");
        assertThat(config.linkMtu()).isEqualTo(1380);
        assertThat(peer.publicKey()).isEqualTo(WireguardKey.parse(PEER));
        assertThat(peer.presharedKey()).isEqualTo(WireguardKey.parse(SHARED));
        assertThat(peer.endpoint()).isEqualTo(new InetSocketAddress("2001:db8::1", 51821));
        assertThat(peer.keepalive()).isEqualTo(15);
        assertThat(peer.allowed())
                .containsExactly(Prefix.parse("10.20.0.0/16"), Prefix.parse("fd20::/64"), Prefix.parse("10.30.0.7/32"));
    }

    @Test
    void what_is_not_said_has_its_usual_value() {
        var config = WireguardConfig.parse(SMALLEST);
        assertThat(config.linkMtu()).isEqualTo(1420);
        assertThat(config.tunnel().listenPort()).isZero();
        assertThat(config.tunnel().peers().getFirst().keepalive()).isZero();
        assertThat(config.dns()).isEmpty();
    }

    @Test
    void a_peer_with_an_endpoint_is_kept_alive_unless_that_is_switched_off() {
        var said = SMALLEST + "Endpoint = 192.0.2.1:51820\n";
        assertThat(WireguardConfig.parse(said).tunnel().peers().getFirst().keepalive())
                .isEqualTo(25);
        assertThat(WireguardConfig.parse(said + "PersistentKeepalive = off\n")
                        .tunnel()
                        .peers()
                        .getFirst()
                        .keepalive())
                .isZero();
    }

    @Test
    void the_companys_prefixes_are_those_of_all_peers() {
        var config = WireguardConfig.parse(SMALLEST + """
                [Peer]
                PublicKey = %s
                AllowedIPs = 192.168.7.9/24, 10.0.0.0/8
                """.formatted(OTHER));
        assertThat(config.tunnel().peers()).hasSize(2);
        assertThat(config.companyPrefixes()).containsExactly(Cidr.parse("10.0.0.0/8"), Cidr.parse("192.168.7.0/24"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PostUp = iptables -A FORWARD | line 7: PostUp",
                "Table = off | line 7: Table",
                "MTU = 1279 | line 7: MTU 1279 (expected: 1280–65535)",
                "ListenPort = many | line 7: ListenPort many (expected: 0–65535)",
                "Address = 10.0.0.1/33 | line 7: Address 10.0.0.1/33",
                "DNS = a name | line 7: DNS a name",
                "PrivateKey | line 7: a line without a section or without '='",
                "[Tunnel] | line 7: section [tunnel]",
                "PrivateKey = short | line 7: PrivateKey (expected: 32 bytes in Base64)",
            })
    void an_error_names_the_line_and_what_was_expected(String wrong, String expected) {
        assertThatThrownBy(() -> WireguardConfig.parse(SMALLEST + inInterface(wrong)))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Refused.Reason.INVALID))
                .hasMessageContaining("expected: ")
                .hasMessageContaining(expected);
    }

    private static String inInterface(String line) {
        return "[Interface]\n" + line + "\n";
    }

    @ParameterizedTest
    @CsvSource({
        "PrivateKey = K K",
        "MTU = K",
        "ListenPort = K",
        "Address = K",
        "DNS = K",
        "K = 1",
        "K",
        "[K]",
        "[K",
        "PrivateKeys = K",
    })
    void no_error_ever_shows_a_key(String wrong) {
        var text = SMALLEST + inInterface(wrong.replace("K K", KEY + KEY).replaceAll("\\bK\\b", KEY));
        assertThatThrownBy(() -> WireguardConfig.parse(text))
                .isInstanceOf(Refused.class)
                .extracting(e -> String.valueOf(e.getMessage()).toLowerCase(java.util.Locale.ROOT))
                .asString()
                .contains("line 7")
                .doesNotContain(KEY.substring(0, 8).toLowerCase(java.util.Locale.ROOT));
    }

    @Test
    void nothing_that_is_printed_shows_a_key() {
        assertThat(WireguardConfig.parse(SMALLEST).toString()).doesNotContain(KEY);
    }

    @Test
    void a_peer_that_is_named_twice_is_refused() {
        var twice = SMALLEST + "[Peer]\nPublicKey = " + PEER + "\nAllowedIPs = 10.1.0.0/16\n";
        assertThatThrownBy(() -> WireguardConfig.parse(twice)).hasMessageContaining("one [Peer] for each PublicKey");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[Interface] | no PrivateKey",
                "[Peer] | no PrivateKey",
            })
    void says_what_is_missing(String text, String expected) {
        assertThatThrownBy(() -> WireguardConfig.parse(text)).hasMessageContaining(expected);
    }
}
