package org.nsm4j.core.select;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.select.Choice.Candidate;

class RotationTest {
    private static final Comparator<Candidate> ANY = (_, _) -> 0;

    private static Candidate candidate(String name, int destination, int weight) {
        return new Candidate(Endpoint.named(name), destination, weight);
    }

    private static String names(List<Candidate> candidates) {
        return candidates.stream().map(each -> each.endpoint().name()).collect(Collectors.joining());
    }

    @Test
    void lets_everybody_in_turn_where_nothing_has_a_weight() {
        var rotation = new Rotation();
        var all = List.of(candidate("a", 0, 0), candidate("b", 0, 0), candidate("c", 1, 0));
        assertThat(names(rotation.next(all, ANY))).isEqualTo("abc");
        assertThat(names(rotation.next(all, ANY))).isEqualTo("bca");
        assertThat(names(rotation.next(all.subList(0, 2), ANY))).isEqualTo("ab");
        assertThat(names(rotation.next(all, ANY))).isEqualTo("abc");
    }

    @Test
    void spreads_clients_evenly_by_weight() {
        var rotation = new Rotation();
        var all = List.of(candidate("a", 0, 5), candidate("b", 1, 1), candidate("c", 2, 1));
        var first = new StringBuilder();
        for (int i = 0; i < 7; i++) {
            first.append(names(rotation.next(all, ANY)).charAt(0));
        }
        assertThat(first).hasToString("aabacaa");
    }

    @Test
    void shares_a_destinations_weight_among_its_endpoints_and_counts_a_missing_weight_as_one() {
        var rotation = new Rotation();
        var all = List.of(candidate("a", 0, 3), candidate("b", 0, 3), candidate("c", 1, 0));
        var counts = new HashMap<String, Integer>();
        for (int i = 0; i < 80; i++) {
            counts.merge(names(rotation.next(all, ANY)).substring(0, 1), 1, Integer::sum);
        }
        assertThat(counts).containsEntry("a", 30).containsEntry("b", 30).containsEntry("c", 20);
    }

    @Test
    void offers_every_candidate_once_for_the_case_that_one_refuses() {
        var rotation = new Rotation();
        var all = new ArrayList<>(List.of(candidate("a", 0, 9), candidate("b", 1, 1), candidate("c", 1, 1)));
        for (int i = 0; i < 20; i++) {
            assertThat(rotation.next(all, ANY)).containsExactlyInAnyOrderElementsOf(all);
        }
    }
}
