package org.nsm4j.core.select;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.fake.ManualScheduler;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;

class ExperienceTest {
    private static final String SERVICE = "vpn";

    private final ManualScheduler scheduler = new ManualScheduler();
    private final Experience experience = new Experience(scheduler);

    private static Endpoint endpoint(String name, String capacity) {
        return Endpoint.named(name)
                .providing(List.of(SERVICE))
                .withLabels(Map.of(SERVICE, capacity.isEmpty() ? Map.of() : Map.of(Capacity.LABEL, capacity)))
                .at("unix:///" + name);
    }

    private String order(Endpoint... endpoints) {
        var candidates = Stream.of(endpoints)
                .map(endpoint -> new Choice.Candidate(endpoint, 0, 0))
                .toList();
        return String.join(
                " ",
                experience.order(SERVICE, candidates).stream()
                        .map(each -> each.endpoint().name())
                        .toList());
    }

    @Test
    void the_one_with_the_fewest_connections_comes_first_and_equals_take_turns() {
        var a = endpoint("a", "");
        var b = endpoint("b", "");
        assertThat(order(a, b)).isEqualTo("a b");
        assertThat(order(a, b)).isEqualTo("b a");
        var first = experience.seat("a");
        experience.seat("a");
        experience.seat("b");
        assertThat(order(a, b)).isEqualTo("b a");
        assertThat(order(a, b)).isEqualTo("b a");
        first.close();
        assertThat(List.of(order(a, b), order(a, b))).containsExactlyInAnyOrder("a b", "b a");
    }

    @Test
    void where_all_announce_how_many_they_take_the_least_filled_comes_first_and_a_full_one_last() {
        var small = endpoint("small", "1");
        var large = endpoint("large", "10");
        for (int i = 0; i < 4; i++) {
            assertThat(order(small, large)).startsWith("large");
            experience.seat("large");
        }
        experience.seat("small");
        assertThat(order(small, large)).isEqualTo("large small");
        assertThat(experience.describe(small, SERVICE))
                .contains("1 of 1 connections, so it is full and asked after the others");
        assertThat(order(small, endpoint("unsaid", ""))).isEqualTo("unsaid small");
    }

    @Test
    void one_that_failed_is_asked_last_for_a_time_that_doubles_until_it_accepts() {
        var a = endpoint("a", "");
        var b = endpoint("b", "");
        experience.seat("b");
        experience.refused(a, new Refused(Refused.Reason.UNAVAILABLE, "cannot reach it"));
        assertThat(order(a, b)).isEqualTo("b a");
        assertThat(experience.describe(a, SERVICE).orElseThrow()).contains("failed: cannot reach it");
        scheduler.pass(Experience.FIRST_PAUSE);
        assertThat(order(a, b)).isEqualTo("a b");
        experience.refused(a, new Refused(Refused.Reason.DEADLINE, "no answer"));
        scheduler.pass(Experience.FIRST_PAUSE);
        assertThat(order(a, b)).isEqualTo("b a");
        experience.accepted("a");
        assertThat(order(a, b)).isEqualTo("a b");
    }

    @Test
    void one_that_comes_back_under_another_url_is_not_avoided_and_neither_is_one_that_found_the_request_bad() {
        var a = endpoint("a", "");
        var b = endpoint("b", "");
        experience.seat("b");
        experience.refused(a, new Refused(Refused.Reason.UNAVAILABLE, "cannot reach it"));
        assertThat(order(a.at("unix:///again"), b)).isEqualTo("a b");
        var c = endpoint("c", "");
        experience.refused(c, new Refused(Refused.Reason.INVALID, "no such mechanism"));
        assertThat(order(c, b)).isEqualTo("c b");
    }

    @Test
    void remembers_nothing_of_endpoints_that_have_no_connections_and_did_not_fail_lately() {
        for (int i = 0; i < 1000; i++) {
            experience.seat("e" + i).close();
            experience.refused(endpoint("f" + i, ""), new Refused(Refused.Reason.UNAVAILABLE, "gone"));
            scheduler.pass(Duration.ofSeconds(10));
        }
        assertThat(experience.size()).isLessThan(20);
    }
}
