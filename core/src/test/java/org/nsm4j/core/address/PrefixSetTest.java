package org.nsm4j.core.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.model.Cidr;

class PrefixSetTest {
    private static PrefixSet set(String... prefixes) {
        return PrefixSet.of(List.of(prefixes).stream().map(Cidr::parse).toList());
    }

    @Test
    void writes_itself_with_the_fewest_prefixes() {
        assertThat(set("10.0.1.0/24", "10.0.0.0/24", "10.0.0.128/25", "fd00::/65", "fd00:0:0:0:8000::/65")
                        .prefixes())
                .hasToString("[10.0.0.0/23, fd00::/64]");
        assertThat(set("0.0.0.0/1", "128.0.0.0/1", "::/0").prefixes()).hasToString("[0.0.0.0/0, ::/0]");
    }

    @Test
    void splits_a_run_that_no_single_prefix_covers() {
        assertThat(set("10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/32").prefixes())
                .hasToString("[10.0.0.1/32, 10.0.0.2/31, 10.0.0.4/32]");
    }

    @Test
    void never_confuses_the_families() {
        assertThat(set("0.0.0.0/0").contains(Cidr.parseAddress("::1"))).isFalse();
        assertThat(set("::/0").contains(Cidr.parseAddress("1.2.3.4"))).isFalse();
    }

    @Test
    void holds_exactly_the_addresses_of_its_prefixes() {
        var random = new Random(42);
        for (int round = 0; round < 200; round++) {
            var prefixes = random.ints(1 + random.nextInt(6), 0, 256)
                    .mapToObj(host -> new Cidr(Cidr.parseAddress("10.0.0." + host), 24 + random.nextInt(9)))
                    .toList();
            var set = PrefixSet.of(prefixes);
            for (int host = 0; host < 256; host++) {
                var address = Cidr.parseAddress("10.0.0." + host);
                boolean expected = prefixes.stream().anyMatch(prefix -> prefix.contains(address));
                assertThat(set.contains(address))
                        .as("%s in %s", address, prefixes)
                        .isEqualTo(expected);
                assertThat(set.prefixes().stream()
                                .filter(prefix -> prefix.contains(address))
                                .count())
                        .isEqualTo(expected ? 1 : 0);
            }
        }
    }
}
