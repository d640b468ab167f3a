package org.nsm4j.dataplane.element;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.model.Refused;

final class VnisTest {
    private static final InetAddress LOW = InetAddress.ofLiteral("10.0.0.1");
    private static final InetAddress HIGH = InetAddress.ofLiteral("192.0.0.1");

    private final Vnis vnis = new Vnis(new Random(7)::nextInt);

    @Test
    void draws_even_numbers_for_clients_with_the_lower_address_and_odd_ones_for_others() {
        for (int i = 0; i < 100; i++) {
            assertThat(vnis.another(HIGH, LOW).vni()).isEven().isBetween(1, 0xFFFFFF);
            assertThat(vnis.another(LOW, LOW).vni()).isEven();
            assertThat(vnis.another(LOW, HIGH).vni()).isOdd().isBetween(1, 0xFFFFFF);
            assertThat(vnis.another(LOW, InetAddress.ofLiteral("fd00::1")).vni())
                    .isOdd();
        }
    }

    @Test
    void gives_no_number_twice_until_it_is_given_back() {
        var given = new HashSet<Integer>();
        for (int i = 0; i < 10_000; i++) {
            assertThat(given.add(vnis.another(LOW, HIGH).vni())).isTrue();
        }
        var few = new Vnis(bound -> 5);
        var lease = few.another(LOW, HIGH);
        assertThatThrownBy(() -> few.another(LOW, HIGH))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NO_CAPACITY));
        lease.close();
        assertThat(few.another(LOW, HIGH).vni()).isEqualTo(lease.vni());
    }

    @Test
    void keeps_the_number_that_a_client_brings_along_if_it_is_free() {
        assertThat(vnis.lease(LOW, HIGH, 4711).vni()).isEqualTo(4711);
        assertThat(vnis.lease(LOW, HIGH, 4711).vni()).isNotEqualTo(4711);
        assertThat(vnis.lease(LOW, HIGH, 99_999_999).vni()).isLessThanOrEqualTo(0xFFFFFF);
        assertThat(vnis.lease(LOW, HIGH, 0).vni()).isPositive();
    }
}
