package org.nsm4j.core.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nsm4j.core.model.Cidr;

class PrefixPoolTest {
    private static InetAddress ip(String text) {
        return Cidr.parseAddress(text);
    }

    private static PrefixPool pool(String prefix) {
        return PrefixPool.of(Cidr.parse(prefix));
    }

    private static PrefixSet excluding(String... prefixes) {
        return PrefixSet.of(List.of(prefixes).stream().map(Cidr::parse).toList());
    }

    @Test
    void hands_out_the_lowest_address_first_network_address_included() {
        var pool = pool("192.168.0.0/30");
        assertThat(pool.takeLowest(PrefixSet.EMPTY)).contains(ip("192.168.0.0"));
        assertThat(pool.takeLowest(PrefixSet.EMPTY)).contains(ip("192.168.0.1"));
        assertThat(pool.takeLowest(PrefixSet.EMPTY)).contains(ip("192.168.0.2"));
        assertThat(pool.takeLowest(PrefixSet.EMPTY)).contains(ip("192.168.0.3"));
        assertThat(pool.takeLowest(PrefixSet.EMPTY)).isEmpty();
        assertThat(pool.inUse()).isEqualTo(pool.size());
    }

    @Test
    void skips_what_is_excluded_and_gives_it_out_once_it_is_not() {
        var pool = pool("10.0.0.0/29");
        var excluded = excluding("10.0.0.0/30", "10.0.0.5/32");
        assertThat(pool.takeLowest(excluded)).contains(ip("10.0.0.4"));
        assertThat(pool.takeLowest(excluded)).contains(ip("10.0.0.6"));
        assertThat(pool.takeLowest(PrefixSet.EMPTY)).contains(ip("10.0.0.0"));
    }

    @Test
    void finds_nothing_where_everything_is_excluded_also_in_the_largest_prefix() {
        assertThat(pool("::/0").takeLowest(excluding("::/0"))).isEmpty();
        assertThat(pool("::/0").takeLowest(excluding("::/1"))).contains(ip("8000::"));
        assertThat(pool("0.0.0.0/0").takeLowest(excluding("0.0.0.0/0"))).isEmpty();
    }

    @Test
    void counts_the_addresses_of_every_ipv6() {
        assertThat(pool("::/0").size()).isEqualTo(java.math.BigInteger.TWO.pow(128));
    }

    @Test
    void takes_one_particular_address_once() {
        var pool = pool("fd00::/64");
        assertThat(pool.take(ip("fd00::7"))).isTrue();
        assertThat(pool.take(ip("fd00::7"))).isFalse();
        assertThat(pool.take(ip("fd01::7"))).isFalse();
        assertThat(pool.isFree(ip("fd00::8"))).isTrue();
    }

    @Test
    void refuses_to_take_back_what_is_not_in_use() {
        var pool = pool("10.0.0.0/24");
        assertThatThrownBy(() -> pool.release(ip("10.0.0.9")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("release 10.0.0.9 to 10.0.0.0/24: not in use");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void behaves_like_a_plain_set_of_addresses(long seed) {
        var random = new Random(seed);
        var pool = pool("10.9.8.0/26");
        var free = new TreeSet<Integer>();
        for (int i = 0; i < 64; i++) {
            free.add(i);
        }
        for (int step = 0; step < 3000; step++) {
            int host = random.nextInt(64);
            var address = ip("10.9.8." + host);
            switch (random.nextInt(3)) {
                case 0 -> assertThat(pool.take(address)).isEqualTo(free.remove(host));
                case 1 -> {
                    if (free.add(host)) {
                        pool.release(address);
                    }
                }
                default -> {
                    int length = 26 + random.nextInt(7);
                    var prefix = new Cidr(address, length).network();
                    var expected = free.stream()
                            .filter(each -> !prefix.contains(ip("10.9.8." + each)))
                            .findFirst();
                    assertThat(pool.takeLowest(PrefixSet.of(List.of(prefix))))
                            .as("seed %d step %d without %s", seed, step, prefix)
                            .isEqualTo(expected.map(each -> ip("10.9.8." + each)));
                    expected.ifPresent(free::remove);
                }
            }
            assertThat(pool.inUse().intValueExact()).isEqualTo(64 - free.size());
        }
    }
}
